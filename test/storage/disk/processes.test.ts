import { type ChildProcess, execFileSync, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isRecord } from '../../../src/policy/wire-fields.ts';
import { buildProgram } from '../../support/build-program.ts';
import { tempFolder } from './temp-folder.ts';

const program = await buildProgram('test/storage/disk/programs/storage-on-command.ts');
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

interface Answer {
  readonly answer: string;
  readonly message?: string;
  readonly pid?: number;
}

interface Remote {
  readonly pid: number;
  tell(command: string): Promise<Answer>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

function answerOf(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('The program ended without an answer'));
    child.once('exit', ended);
    child.once('message', (message: unknown) => {
      child.off('exit', ended);
      if (isRecord(message)) resolve(message as unknown as Answer);
      else reject(new TypeError('The program answers with an object'));
    });
  });
}

/** A process that holds, or would hold, a folder. */
async function start(folder: string, options: ForkOptions = {}): Promise<Remote> {
  const child = fork(program, [folder], { execArgv: [], env: {}, ...options });
  onTestFinished(() => void child.kill('SIGKILL'));
  await answerOf(child);
  return {
    pid: child.pid ?? 0,
    tell: (command) => {
      const answer = answerOf(child);
      child.send(command);
      return answer;
    },
    kill: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    signal: (signal) => void child.kill(signal),
  };
}

test('a folder that a process holds is refused to another one, with the pid of the holder', async () => {
  const { path } = await tempFolder();
  const [first, second] = await Promise.all([start(path), start(path)]);
  expect(await first.tell('load')).toEqual({ answer: 'done' });
  expect(await second.tell('load')).toEqual({
    answer: 'storage_locked',
    pid: first.pid,
    message: `${join(path, 'sync.lock')} is held by the worker of process ${first.pid}; stop that one, or give this one a folder of its own`,
  });
  expect(await first.tell('close')).toEqual({ answer: 'done' });
  expect(await second.tell('load')).toEqual({ answer: 'done' });
});

test('a process that is stopped, as a machine that sleeps, keeps its folder for as long as it takes', async () => {
  const { path } = await tempFolder();
  const [first, second] = await Promise.all([start(path), start(path)]);
  await first.tell('load');
  first.signal('SIGSTOP');
  expect(await second.tell('load')).toMatchObject({ answer: 'storage_locked', pid: first.pid });
  first.signal('SIGCONT');
  expect(await first.tell('h1')).toEqual({ answer: 'done' });
});

test('a killed process does not lock out the next one', async () => {
  const { path } = await tempFolder();
  for (const head of ['h1', 'h2', 'h3']) {
    const holder = await start(path);
    expect(await holder.tell('load')).toEqual({ answer: 'done' });
    expect(await holder.tell(head)).toEqual({ answer: 'done' });
    await holder.kill();
    expect(JSON.parse(await readFile(join(path, 'sync-state.json'), 'utf8'))).toMatchObject({
      current_head: head,
    });
  }
});

test('if several processes find a lock left behind at once, one gets the folder', async () => {
  const { path } = await tempFolder();
  const killed = await start(path);
  await killed.tell('load');
  await killed.kill();
  const remotes = await Promise.all(Array.from({ length: 6 }, () => start(path)));
  const answers = await Promise.all(remotes.map((remote) => remote.tell('load')));
  const winner = remotes[answers.findIndex(({ answer }) => answer === 'done')];
  expect(answers.map(({ answer }) => answer).toSorted()).toEqual([
    'done',
    ...Array.from({ length: 5 }, () => 'storage_locked'),
  ]);
  expect(answers.flatMap(({ pid }) => pid ?? [])).toEqual(Array.from({ length: 5 }, () => winner?.pid));
  expect(await readdir(path)).toEqual(['sync.lock']);
});

test('temporary files of a process that was killed are removed by the next load, those of a living one are not', async () => {
  const { path } = await tempFolder();
  const killed = await start(path);
  await killed.kill();
  const names = [`sync-state.json.${killed.pid}-1-1.tmp`, `peers.json.${killed.pid}-1-7.tmp`];
  const others = ['peers.json.tmp', 'peers.json.bak', `peers.json.${process.pid}.tmp`];
  for (const name of [...names, ...others]) await writeFile(join(path, name), 'half of');
  const own =
    (await readFile('/proc/self/stat', 'latin1').catch(() => '')).split(') ').at(-1)?.split(' ')[19] ?? '';
  const inUse = `peers.json.${process.pid}-${own}-1.tmp`;
  await writeFile(join(path, inUse), 'being written');
  const next = await start(path);
  await next.tell('load');
  expect((await readdir(path)).toSorted()).toEqual([...others, inUse, 'sync.lock'].toSorted());
});

/** As a user whom permissions concern; root is not. */
async function startAsUser(folder: string): Promise<Remote> {
  if (!isRoot) return start(folder);
  await chmod(folder, 0o777);
  return start(folder, { uid: NOBODY });
}

test('a file that may not be read is left alone, and the load fails with its name and the reason', async () => {
  const { path } = await tempFolder();
  const file = join(path, 'peers.json');
  await writeFile(file, '{"version":1,"records":[]}');
  await chmod(file, 0o000);
  const remote = await startAsUser(path);
  expect(await remote.tell('load')).toEqual({
    answer: 'storage_unreadable',
    message: `${file} could not be read: permission denied (EACCES)`,
  });
  expect(await readdir(path)).toEqual(['peers.json']);
  await chmod(file, 0o666);
  expect(await remote.tell('load')).toEqual({ answer: 'done' });
});

test('a folder that may not be written to fails the load, with its name and the reason', async () => {
  const { path } = await tempFolder();
  const remote = await startAsUser(path);
  await chmod(path, 0o555);
  expect(await remote.tell('load')).toEqual({
    answer: 'storage_unwritable',
    message: `${join(path, 'sync.lock')} could not be written: permission denied (EACCES)`,
  });
  await chmod(path, 0o777);
  expect(await remote.tell('load')).toEqual({ answer: 'done' });
});

test('a save into a folder that is no longer writable fails, and the next one retries it', async () => {
  const { path } = await tempFolder();
  const file = join(path, 'sync-state.json');
  const remote = await startAsUser(path);
  await remote.tell('load');
  await remote.tell('h1');
  const before = await readFile(file, 'utf8');
  await chmod(path, 0o555);
  expect(await remote.tell('h2')).toEqual({
    answer: 'storage_unwritable',
    message: `${file} could not be written: permission denied (EACCES)`,
  });
  expect(await readFile(file, 'utf8')).toBe(before);
  await chmod(path, 0o777);
  expect(await remote.tell('h3')).toEqual({ answer: 'done' });
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ current_head: 'h3' });
  expect((await stat(file)).mode & 0o111).toBe(0);
});

/** A process with pid 1 in its own container: it sees no other process. */
async function startInContainer(folder: string): Promise<Remote> {
  const { path } = await tempFolder();
  const node = join(path, 'node');
  await writeFile(
    node,
    `#!/bin/sh\nexec unshare --pid --fork --kill-child --mount-proc "${process.execPath}" "$@"\n`,
  );
  await chmod(node, 0o755);
  return start(folder, { execPath: node, env: { PATH: process.env['PATH'] } });
}

function canUnshare(): boolean {
  try {
    execFileSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('SKIPPED: two containers with one folder, for this user may not make a namespace\n');
    return false;
  }
}

test.skipIf(!canUnshare())(
  'of two containers with one folder, each with a process 1, the second is refused for as long as the first runs',
  async () => {
    const { path } = await tempFolder();
    const [first, second] = await Promise.all([startInContainer(path), startInContainer(path)]);
    expect(await first.tell('load')).toEqual({ answer: 'done' });
    for (const head of ['h1', 'h2']) {
      expect(await second.tell('load')).toEqual({
        answer: 'storage_locked',
        pid: 1,
        message: `${join(path, 'sync.lock')} is held by the worker of process 1 of another container or machine; stop that one, or give this one a folder of its own`,
      });
      expect(await first.tell(head)).toEqual({ answer: 'done' });
    }
    // As a container ends that is killed: nothing gives the folder back.
    await first.kill();
    expect(await second.tell('load')).toEqual({ answer: 'done' });
    expect(await second.tell('h3')).toEqual({ answer: 'done' });
    expect(JSON.parse(await readFile(join(path, 'sync-state.json'), 'utf8'))).toMatchObject({
      current_head: 'h3',
    });
    expect((await readdir(path)).toSorted()).toEqual(['peers.json', 'sync-state.json', 'sync.lock']);
  },
);
