import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { initialSyncState } from '../../../src/index.ts';
import { openDiskStorage } from '../../../src/storage/disk/disk-storage.ts';
import { createFolderLock } from '../../../src/storage/disk/folder-lock.ts';
import { createDiskStorage, StorageLockedError } from '../../../src/storage/disk/index.ts';
import type { LockHolder } from '../../../src/storage/disk/lock-holder.ts';
import {
  type ProcessIdentity,
  thisProcess,
  whereaboutsOf,
} from '../../../src/storage/disk/process-identity.ts';
import { expectEqual } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';
import { hurriedPorts } from './hurried-ports.ts';
import { tempFolder } from './temp-folder.ts';

const quiet = (): void => undefined;
const token = (digit: number): string => `${digit}0000000-0000-4000-8000-000000000000`;
const saved = { state: { ...initialSyncState(), currentHead: 'h1' }, peers: [] };

/** A process that has ended, and whose pid is not in use. */
async function endedProcess(): Promise<LockHolder> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return { ...(await thisProcess()), pid: child.pid ?? 0, token: token(1), isAsked: false };
}

describe('a folder that is held', () => {
  test('is refused to a second storage of this process, and free once the first is closed', async () => {
    const { path } = await tempFolder();
    const [first, second] = [createDiskStorage(path), createDiskStorage(path)];
    await first.load(quiet);
    const refusal = await Promise.resolve(second.load(quiet)).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StorageLockedError);
    expect(refusal).toMatchObject({
      name: 'StorageLockedError',
      code: 'storage_locked',
      pid: process.pid,
      path: join(path, 'sync.lock'),
      message: `${join(path, 'sync.lock')} is held by another worker of this process; stop that one, or give this one a folder of its own`,
    });
    await first.close?.();
    await second.load(quiet);
    await second.close?.();
    expect(await readdir(path)).toEqual([]);
  });

  test('is refused to a second worker with the very same storage', async () => {
    const { path } = await tempFolder();
    const storage = createDiskStorage(path);
    await storage.load(quiet);
    await expect(storage.load(quiet)).rejects.toBeInstanceOf(StorageLockedError);
    await storage.save(saved);
    await storage.close?.();
    expect(await storage.load(quiet)).toEqual(saved);
    await storage.close?.();
  });

  test('is no longer written by a worker that lost it, and what the new holder wrote stays', async () => {
    const { path } = await tempFolder();
    const [first, second] = [createDiskStorage(path), createDiskStorage(path)];
    await first.load(quiet);
    await rm(join(path, 'sync.lock'));
    await second.load(quiet);
    await second.save(saved);
    await expect(first.save({ ...saved, state: initialSyncState() })).rejects.toBeInstanceOf(
      StorageLockedError,
    );
    await first.close?.();
    await second.close?.();
    expect(await createDiskStorage(path).load(quiet)).toEqual(saved);
  });

  test('is held again at the next save, if somebody removed the lock and nobody took it', async () => {
    const { path } = await tempFolder();
    const storage = createDiskStorage(path);
    await storage.load(quiet);
    await rm(join(path, 'sync.lock'));
    await storage.save(saved);
    await expect(createDiskStorage(path).load(quiet)).rejects.toBeInstanceOf(StorageLockedError);
    await storage.close?.();
  });
});

describe('a lock that was left behind', () => {
  const left: readonly (readonly [string, () => Promise<LockHolder>, string])[] = [
    ['by a process that has ended', endedProcess, 'which has ended'],
    [
      'by an earlier process with our own number, as in a container where all are process 1',
      async () => ({ ...(await thisProcess()), started: '1', token: token(1), isAsked: false }),
      'which has ended',
    ],
    [
      'before the machine was started',
      async () => ({ ...(await thisProcess()), boot: 'another', token: token(1), isAsked: false }),
      'of another container',
    ],
    [
      'in another container',
      async () => ({ ...(await thisProcess()), namespace: 'pid:[1]', token: token(1), isAsked: false }),
      'does not answer',
    ],
  ];
  test.for(left)('%s is taken over, and that is reported', async ([, holder, reason]) => {
    const { path } = await tempFolder();
    await writeFile(join(path, 'sync.lock'), JSON.stringify(await holder()));
    const notices: string[] = [];
    const storage = openDiskStorage(path, {}, hurriedPorts());
    await storage.load(({ message }) => notices.push(message));
    expect(notices.at(-1)).toContain(`${join(path, 'sync.lock')}: it was left by process `);
    expect(notices.at(-1)).toContain(reason);
    expect(notices.at(-1)).toMatch(/taken over$/);
    expect(await readdir(path)).toEqual(['sync.lock']);
    await storage.close?.();
  });

  test.for(['', '{"pid":', 'null', '{"pid":1,"token":"../../x"}'])(
    'that lost its content in a power failure is taken over: %j',
    async (content) => {
      const { path } = await tempFolder();
      await writeFile(join(path, 'sync.lock'), content);
      const notices: string[] = [];
      const storage = openDiskStorage(path, {}, hurriedPorts());
      await storage.load(({ message }) => notices.push(message));
      const lock = join(path, 'sync.lock');
      expect(notices).toEqual([
        `${lock}: it names no process; waiting up to 10 s for its answer`,
        `${lock}: it names no process, and does not answer; taken over`,
      ]);
      await storage.close?.();
      expect(await readdir(path)).toEqual([]);
    },
  );

  test('goes to one of several processes that find it at once, whatever earlier crashed takeovers left there', async () => {
    const folders = await tempFolder();
    const ended = await endedProcess();
    const takers = fc.integer({ min: 2, max: 5 });
    const crashes = fc.integer({ min: 0, max: 3 });
    await fc.assert(
      fc.asyncProperty(
        takers,
        crashes,
        fc.array(fc.nat(12), { minLength: 5, maxLength: 5 }),
        async (count, depth, starts) => {
          const path = `${folders.next()}.lock`;
          await writeFile(path, JSON.stringify({ ...ended, token: token(1) }));
          for (let step = 1; step <= depth; step += 1) {
            await writeFile(
              `${path}.after-${token(step)}`,
              JSON.stringify({ ...ended, token: token(step + 1) }),
            );
          }
          const notices: string[] = [];
          const take = async (_: unknown, index: number): Promise<string> => {
            for (let turn = starts[index] ?? 0; turn > 0; turn -= 1) await new Promise(setImmediate);
            const lock = createFolderLock(path, hurriedPorts());
            try {
              await lock.hold(({ message }) => notices.push(message));
              return 'held';
            } catch (error) {
              return error instanceof StorageLockedError && error.pid === process.pid
                ? 'refused'
                : String(error);
            }
          };
          const ends = await Promise.all(Array.from({ length: count }, take));
          expectEqual(ends.toSorted(), ['held', ...Array.from({ length: count - 1 }, () => 'refused')]);
          expectEqual(notices.length, 1);
          const names = (await readdir(folders.path)).filter((name) =>
            join(folders.path, name).startsWith(path),
          );
          expectEqual(names.length, 1);
          await rm(path);
        },
      ),
    );
  });
});

/** The fields of `/proc/<pid>/stat` from the third on. */
async function statOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

async function identityOf(pid: number): Promise<ProcessIdentity> {
  return { ...(await thisProcess()), pid, started: (await statOf(pid))[19] ?? '' };
}

describe('whether a process still runs', () => {
  test('is known of this one, and of one that has ended', async () => {
    expect(await whereaboutsOf(await thisProcess())).toBe('running');
    expect(await whereaboutsOf(await endedProcess())).toBe('ended');
  });

  test.skipIf(process.platform !== 'linux')(
    'is known of one that was killed and that nobody waits for',
    async () => {
      // The shell becomes a program that never asks what became of its child.
      const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 1000']);
      onTestFinished(() => void parent.kill('SIGKILL'));
      const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
      const child = await identityOf(Number(line));
      expect(await whereaboutsOf(child)).toBe('running');
      // Until then the shell is there, and asks.
      const name = (): Promise<string> => readFile(`/proc/${parent.pid}/comm`, 'utf8');
      while ((await name()) !== 'sleep\n') await new Promise(setImmediate);
      process.kill(child.pid, 'SIGKILL');
      while ((await statOf(child.pid))[0] !== 'Z') await new Promise(setImmediate);
      expect(await whereaboutsOf(child)).toBe('ended');
    },
  );

  test.skipIf(process.platform !== 'linux')(
    'is known of a program whose name looks like the rest of its line',
    async () => {
      const program = "process.title = 'x) Z 1 (y'; console.log('named'); setInterval(() => undefined, 1e6)";
      const child = spawn(process.execPath, ['-e', program]);
      onTestFinished(() => void child.kill('SIGKILL'));
      await once(child.stdout, 'data');
      expect(await readFile(`/proc/${child.pid}/stat`, 'latin1')).toContain('(x) Z 1 (y)');
      expect(await whereaboutsOf(await identityOf(child.pid ?? 0))).toBe('running');
    },
  );
});
