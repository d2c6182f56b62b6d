import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Control } from '../../src/control/control.ts';
import { connectControl } from '../../src/control/control-client.ts';
import { isRecord } from '../../src/policy/wire-fields.ts';
import { canMakeSmallDisk, createSmallDisk } from '../storage/disk/small-disk.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';
import { buildCommandLine } from './built-program.ts';
import { runProgram, startProgram } from './started-program.ts';

const program = await buildCommandLine();

/** Imported before the program: what the signal SIGUSR2 then does. */
function onSignal(act: string): readonly string[] {
  return [
    '--import',
    `data:text/javascript,${encodeURIComponent(`process.on('SIGUSR2', () => { ${act} })`)}`,
  ];
}

/** A node that runs on a folder, once it can be reached. */
function reached(folder: string): Promise<Control> {
  return vi.waitFor(
    async () => {
      const found = await connectControl(folder);
      if (found === undefined) throw new Error('there is no node yet');
      return found;
    },
    { timeout: 60_000 },
  );
}

/** Makes a node write a line: that it has a new peer. */
async function addPeer(folder: string, number: number): Promise<void> {
  await (await reached(folder)).changePeers({ kind: 'add', peerUrl: `http://127.0.0.1:1/${number}` });
}

describe('standard error without a reader', () => {
  test.for([
    [2, ['run', '--no-such-flag']],
    [3, ['status', '--data', '/nowhere']],
  ] as const)('leaves the exit status %i', async ([status, args]) => {
    expect(await runProgram(program, args, { stderr: 'closed' })).toMatchObject({ status, signal: null });
  });

  test('ends no node, whatever Node warns of', async () => {
    const { path } = await tempFolder();
    const nodeArgs = onSignal(
      `process.emitWarning('one'); setImmediate(() => console.log('{"event":"warned"}'))`,
    );
    const node = startProgram(program, ['run', '--data', path], { nodeArgs, stderr: 'closed' });
    await node.line('node.control');
    for (const _ of [1, 2]) {
      node.signal('SIGUSR2');
      await node.line('warned');
    }
    await addPeer(path, 1);
    node.signal('SIGTERM');
    expect(await node.ended).toMatchObject({ status: 0, signal: null });
  });
});

test('run | head -1: the reader has its line and goes, the node syncs on, and a signal ends it with 0', async () => {
  const { path } = await tempFolder();
  const words = [process.execPath, program, 'run', '--data', path].map((word) => `'${word}'`).join(' ');
  const shell = spawn('sh', ['-c', `(${words}; echo "status $?" >&2) | head -1`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void shell.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(shell, 'close');
  await vi.waitFor(() => expect(stdout).toMatch(/\n$/), { timeout: 60_000 });
  for (const number of [1, 2, 3]) await addPeer(path, number);
  const { pid } = JSON.parse(await readFile(join(path, 'sync.lock'), 'utf8'));
  process.kill(pid, 'SIGTERM');
  await closed;
  expect(stderr).toBe('status 0\n');
});

test('a reader of the log that has stopped holds up neither the node nor its end', async () => {
  const { path } = await tempFolder();
  const peers = Array.from({ length: 60 }, (_, index) => `http://127.0.0.1:1/${index}${'p'.repeat(900)}`);
  const run = ['run', '--data', path, '--max-peers-per-run', '60', '--log-level', 'debug'];
  const child = spawn(process.execPath, [program, ...run, '--peer', ...peers], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  const control = await reached(path);
  await vi.waitFor(async () => expect((await control.status()).state.last_outcome).toBe('error'), {
    timeout: 60_000,
  });
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

describe.skipIf(!(await canMakeSmallDisk()))('a log on a disk', () => {
  test('that was full goes on when there is room, and says how many lines are missing', async () => {
    const { path } = await tempFolder();
    const disk = await createSmallDisk();
    onTestFinished(() => disk.remove());
    const log = join(disk.path, 'sync.log');
    const file = openSync(log, 'a');
    const node = startProgram(program, ['run', '--data', path, '--log', 'json'], { stdout: file });
    closeSync(file);
    await addPeer(path, 0);
    await disk.fill();
    const size = async (): Promise<number> => (await stat(log)).size;
    let peers = 0;
    // What is left of the last page is filled by lines of its own; more than that does not fit.
    for (let before = -1; before !== (await size()); ) {
      before = await size();
      peers += 1;
      await addPeer(path, peers);
    }
    await disk.empty();
    await addPeer(path, peers + 1);
    const text = await readFile(log, 'utf8');
    const lines: unknown[] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const gaps = lines.filter((line) => isRecord(line) && line['event'] === 'log.gap');
    expect(gaps).toEqual([
      expect.objectContaining({ level: 'error', reason: expect.stringContaining('ENOSPC') }),
    ]);
    expect(lines.indexOf(gaps[0])).toBeLessThan(lines.length - 1);
    node.signal('SIGTERM');
    expect((await node.ended).status).toBe(0);
  });
});

function canBeProcessOne(): boolean {
  try {
    execFileSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('SKIPPED: a node as process 1, for this user may not make a namespace\n');
    return false;
  }
}

describe.skipIf(!canBeProcessOne())('process 1 of a container', () => {
  const command = [
    'unshare',
    ...['--pid', '--fork', '--kill-child', '--mount-proc', process.execPath],
  ] as const;
  /** The number that a process 1 has outside. */
  const outside = async (unshare: number): Promise<number> =>
    Number(await readFile(`/proc/${unshare}/task/${unshare}/children`, 'utf8'));

  test.for(['SIGTERM', 'SIGINT'] as const)(
    'that hangs while it stops is ended by a second %s',
    async (signal) => {
      const { path } = await tempFolder();
      const hanging = `import net from 'node:net'; net.Server.prototype.close = function () { return this; };`;
      const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(hanging)}`];
      const node = startProgram(program, ['run', '--data', path], { command, nodeArgs });
      expect(await node.line('node.started')).toMatchObject({ pid: 1 });
      await node.line('node.control');
      const pid = await outside(node.pid);
      process.kill(pid, signal);
      await node.line('node.stopping');
      process.kill(pid, signal);
      expect((await node.ended).status).toBe(signal === 'SIGTERM' ? 143 : 130);
    },
  );

  test('ends in order by the first signal', async () => {
    const { path } = await tempFolder();
    const node = startProgram(program, ['run', '--data', path], { command });
    await node.line('node.control');
    process.kill(await outside(node.pid), 'SIGTERM');
    expect((await node.ended).status).toBe(0);
    await expect(stat(join(path, 'sync.lock'))).rejects.toThrow('ENOENT');
  });
});
