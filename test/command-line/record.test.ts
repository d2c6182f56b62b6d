import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecording } from '../../src/inspect/recording/recording.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram, startProgram } from './started-program.ts';
import { overloadedPeer } from './test-peers.ts';

const program = await buildCommandLine();

test('what a node did is fetched as a recording, without its hosts if asked, and replayed on the page', async () => {
  const { path } = await tempFolder();
  const peer = await overloadedPeer('600');
  const node = startProgram(program, ['run', '--peer', peer.url, '--data', path, '--record']);
  await node.line('node.control');
  await expect
    .poll(async () => {
      const { stdout } = await runProgram(program, ['record', '--data', path]);
      return readRecording(stdout).lines.flatMap(({ emitted }) => emitted.map(({ type }) => type));
    })
    .toContain('run.finished');
  const plain = await runProgram(program, ['record', '--data', path]);
  expect([plain.status, plain.stdout.includes(peer.url)]).toEqual([0, true]);
  const { status, stdout } = await runProgram(program, ['record', '--data', path, '--anonymous']);
  expect([status, stdout.includes('127.0.0.1')]).toEqual([0, false]);
  node.signal('SIGTERM');
  await node.ended;

  const file = join(path, 'night.ndjson');
  await writeFile(file, stdout);
  const replay = startProgram(program, ['replay', file]);
  const [url = ''] = /http:\S+/.exec(await replay.firstLine) ?? [];
  expect((await fetch(url)).status).toBe(200);
  replay.signal('SIGTERM');
  expect((await replay.ended).status).toBe(0);
});

test('a node that keeps no recording, none that runs, and a file that is no recording are said to be so', async () => {
  const { path } = await tempFolder();
  const none = await runProgram(program, ['record', '--data', path]);
  expect([none.status, none.stderr]).toEqual([
    1,
    expect.stringMatching(/^error: no worker runs on .* run --record /),
  ]);
  const node = startProgram(program, ['run', '--data', path]);
  await node.line('node.control');
  const refused = await runProgram(program, ['record', '--data', path]);
  expect([refused.status, refused.stderr]).toEqual([
    1,
    'error: The worker keeps no recording; start it with --record\n',
  ]);
  const file = join(path, 'other.json');
  await writeFile(file, '{"a":1}');
  const other = await runProgram(program, ['replay', file]);
  expect([other.status, other.stderr]).toEqual([
    1,
    expect.stringMatching(/cannot be replayed: This is not a recording/),
  ]);
});
