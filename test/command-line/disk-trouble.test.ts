import { cp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canMakeSmallDisk, createSmallDisk, type SmallDisk } from '../storage/disk/small-disk.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { type LogLine, runProgram, startProgram } from './started-program.ts';
import { overloadedPeer, servingPeer } from './test-peers.ts';

const program = await buildCommandLine();

async function smallDisk(): Promise<SmallDisk> {
  const disk = await createSmallDisk();
  onTestFinished(() => disk.remove());
  return disk;
}

/** Copies a backup over what is there. The node may make the folder in between, which `cp` takes for a mistake. */
async function putBack(backup: string, folder: string): Promise<void> {
  try {
    await cp(backup, folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    await putBack(backup, folder);
  }
}

describe.skipIf(!(await canMakeSmallDisk()))('on a disk', () => {
  test('that is read only or full a node does not start: 3, and what to do', async () => {
    const disk = await smallDisk();
    const args = ['--data', disk.path];
    const node = startProgram(program, ['run', ...args]);
    await node.line('node.control');
    node.signal('SIGTERM');
    expect((await node.ended).status).toBe(0);
    await disk.setReadOnly(true);
    const readOnly = await runProgram(program, ['run', ...args]);
    expect(readOnly).toMatchObject({ status: 3, stdout: '' });
    expect(readOnly.stderr).toMatch(
      /^error: .*read-only file system \(EROFS\).*; see that it may be written to .*\n$/,
    );
    const add = await runProgram(program, ['peers', 'add', 'http://127.0.0.1:9', ...args]);
    expect(add).toMatchObject({ status: 3, stdout: '' });
    expect(add.stderr).toMatch(/^error: .*read-only file system \(EROFS\); mend that, or .*\n$/);
    expect((await runProgram(program, ['status', ...args])).status).toBe(0);
    await disk.setReadOnly(false);
    await disk.fill();
    const full = await runProgram(program, ['run', ...args]);
    expect(full).toMatchObject({ status: 3, stdout: '' });
    expect(full.stderr).toMatch(
      /^error: .*no space left on device \(ENOSPC\).*; .* or name another folder with --data\n$/,
    );
  });

  test('that fills up a running node goes on, tells it, and forgets no wait', async () => {
    const disk = await smallDisk();
    const args = ['--data', disk.path];
    const busy = await overloadedPeer('600');
    const node = startProgram(program, ['run', ...args]);
    await node.line('run.finished');
    await node.line('node.control');
    await disk.fill();
    await runProgram(program, ['peers', 'add', busy.url, ...args]);
    expect(await node.line('storage.failed')).toMatchObject({ level: 'error' });
    expect(await node.line('run.finished')).toMatchObject({ outcome: 'error', peer: busy.url });
    await disk.empty();
    node.signal('SIGTERM');
    expect((await node.ended).status).toBe(0);
    const why = await runProgram(program, ['why', ...args]);
    expect(why.stdout).toContain(`when the Retry-After of ${busy.url} is over`);
  });
});

test.each(['', 'chain'])(
  'what is wiped, or replaced by a backup, of a running node (%j) is told, and it goes on',
  async (part) => {
    const { path } = await tempFolder();
    const data = join(path, 'data');
    const { url, chain, grow } = await servingPeer(3);
    const args = ['run', '--data', data, '--interval-seconds', '1', '--failure-backoff-seconds', '1'];
    const first = startProgram(program, [...args, '--peer', url]);
    await first.line('run.finished');
    first.signal('SIGTERM');
    await first.ended;
    const wiped = join(data, part);
    const backup = join(path, 'backup');
    await cp(wiped, backup, { recursive: true });
    await grow(5);

    const node = startProgram(program, args);
    const run = async (outcome: string): Promise<LogLine> => {
      const line = await node.line('run.finished');
      return line['outcome'] === outcome ? line : run(outcome);
    };
    for (const [copy, events] of [
      [undefined, 0],
      [backup, 3],
    ] as const) {
      expect(await run('ok')).toMatchObject({ head: chain.head() });
      // At once: the node may be writing there.
      await rename(wiped, join(path, `wiped with ${events} left`));
      if (copy !== undefined) await putBack(copy, wiped);
      const text = `removed or replaced while it was open; it is opened again, with ${events} events`;
      expect(JSON.stringify(await run('error'))).toContain(text);
    }
    expect(await run('ok')).toMatchObject({ head: chain.head() });
    node.signal('SIGTERM');
    expect((await node.ended).status).toBe(0);
    const status = await runProgram(program, ['status', '--json', '--data', data]);
    expect(JSON.parse(status.stdout)).toMatchObject({ chain: { count: 5, head: chain.head() } });
  },
);

test('a data folder that is a file is refused with 3', async () => {
  const { path } = await tempFolder();
  const file = join(path, 'file');
  await writeFile(file, '');
  for (const command of ['run', 'status']) {
    const ended = await runProgram(program, [command, '--data', file]);
    expect(ended).toMatchObject({ status: 3, stdout: '' });
    expect(ended.stderr).toMatch(/^error: .*\/file[ /].*--data.*\n$/);
  }
});
