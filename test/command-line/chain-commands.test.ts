import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDiskChain } from '../../src/infonet/index.ts';
import { RECORDED_HEAD, recordedEvents } from '../infonet/recorded-exchanges.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram } from './started-program.ts';

const program = await buildCommandLine();

/** A data folder with the recorded chain. */
async function dataFolder(): Promise<string> {
  const { path } = await tempFolder();
  const chain = await openDiskChain(join(path, 'chain'));
  await chain.ingest(recordedEvents);
  await chain.close();
  return path;
}

test('chain verify says that all is well, and changes nothing', async () => {
  const path = await dataFolder();
  const before = await readdir(join(path, 'chain'));
  const text = await runProgram(program, ['chain', 'verify', '--data', path]);
  expect(text).toMatchObject({ status: 0, stdout: '260 events up to 5147e644… verified\n', stderr: '' });
  const json = await runProgram(program, ['chain', 'verify', '--json', '--data', path]);
  expect(JSON.parse(json.stdout)).toEqual({ count: 260, head: RECORDED_HEAD, damage: null });
  expect(await readdir(join(path, 'chain'))).toEqual(before);
});

test('a damaged chain: status 3 and what to do; repair does it, and the node goes on', async () => {
  const path = await dataFolder();
  const events = join(path, 'chain', 'events.log');
  const bytes = await readFile(events);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(events, bytes);
  const advice = `with: sync-worker chain repair --data ${path}\n`;
  for (const args of [['run'], ['peer'], ['chain', 'verify']]) {
    const { status, stderr } = await runProgram(program, [...args, '--data', path]);
    expect([args, status]).toEqual([args, 3]);
    expect(stderr).toMatch(/^error: .*event 1\d\d, at byte \d+ of events\.log: its checksum does not match/);
    expect(stderr.endsWith(advice)).toBe(true);
  }
  const json = await runProgram(program, ['chain', 'verify', '--json', '--data', path]);
  expect(json).toMatchObject({ status: 3, stderr: '' });
  const { count } = JSON.parse(json.stdout);
  const repaired = await runProgram(program, ['chain', 'repair', '--data', path]);
  expect(repaired).toMatchObject({ status: 0, stderr: '' });
  expect(repaired.stdout).toContain(`kept ${count} events up to `);
  expect(repaired.stdout).toContain(`the rest is now ${join(path, 'chain', 'events.damaged-1.log')}`);
  const chain = await openDiskChain(join(path, 'chain'));
  expect((await chain.ingest(recordedEvents)).accepted).toBe(260 - count);
  await chain.close();
  const again = await runProgram(program, ['chain', 'repair', '--data', path]);
  expect(again).toMatchObject({
    status: 0,
    stdout: 'there is nothing to repair: 260 events up to 5147e644… verified\n',
  });
});

test('chain repair leaves a chain alone that another process has open', async () => {
  const path = await dataFolder();
  const chain = await openDiskChain(join(path, 'chain'));
  const { status, stderr } = await runProgram(program, ['chain', 'repair', '--data', path]);
  expect(status).toBe(3);
  expect(stderr).toContain('another process has it open');
  const verified = await runProgram(program, ['chain', 'verify', '--data', path]);
  expect(verified.status).toBe(0);
  await chain.close();
});
