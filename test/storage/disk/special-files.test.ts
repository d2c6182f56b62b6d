import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createPeerRecord, initialSyncState } from '../../../src/index.ts';
import { openDiskStorage } from '../../../src/storage/disk/disk-storage.ts';
import { type FileSystem, systemPorts } from '../../../src/storage/disk/file-system.ts';
import { createDiskStorage, StorageLockedError } from '../../../src/storage/disk/index.ts';
import { buildProgram } from '../../support/build-program.ts';
import { hurriedPorts } from './hurried-ports.ts';
import { tempFolder } from './temp-folder.ts';

const saved = (head: string) => ({
  state: { ...initialSyncState(), currentHead: head },
  peers: [createPeerRecord({ peerUrl: 'http://a.example', label: head })],
});
const program = await buildProgram('test/storage/disk/programs/storage-on-command.ts');
const quiet = (): void => undefined;
const loud = ({ message }: { message: string }): never => expect.fail(message);
const names = ['sync-state.json', 'peers.json', 'sync.lock'] as const;

const kinds: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ['a FIFO', async (path) => void execFileSync('mkfifo', [path])],
  [
    'a socket',
    async (path) => {
      const server = createServer();
      onTestFinished(() => void server.close());
      await new Promise<void>((resolve) => server.listen(path, resolve));
    },
  ],
  ...(process.getuid?.() === 0
    ? ([['a device', async (path: string) => void execFileSync('mknod', [path, 'c', '1', '3'])]] as const)
    : []),
];
if (process.getuid?.() !== 0)
  process.stderr.write('SKIPPED: a device in place of a file; only root makes one\n');

describe.for(kinds)('%s', ([kind, make]) => {
  test.for([...names])('in the place of %s is refused at once, and stays', async (name) => {
    const { path } = await tempFolder();
    await make(join(path, name));
    const storage = createDiskStorage(path);
    await expect(storage.load(quiet)).rejects.toThrow(
      `${join(path, name)} could not be read: it is ${kind}; allowed is a regular file`,
    );
    expect((await stat(join(path, name))).isFile()).toBe(false);
  });

  test.for(['sync-state.json', 'peers.json'])(
    'that takes the place of %s fails a save, until it is gone',
    async (name) => {
      const { path } = await tempFolder();
      const storage = createDiskStorage(path);
      const notices: string[] = [];
      await storage.load(({ message }) => notices.push(message));
      await storage.save(saved('h1'));
      await rm(join(path, name));
      await make(join(path, name));
      await expect(storage.save(saved('h2'))).rejects.toThrow(`it is ${kind}; allowed is a regular file`);
      await rm(join(path, name));
      expect(notices).toEqual([]);
      await storage.save(saved('h3'));
      expect(notices).toEqual([expect.stringContaining(`${join(path, name)} was gone`)]);
      await storage.close?.();
      expect(await createDiskStorage(path).load(quiet)).toEqual(saved('h3'));
    },
  );
});

describe('a symbolic link', () => {
  test.for(names)('that appears in the place of %s is not followed', async (name) => {
    const { path } = await tempFolder();
    const storage = createDiskStorage(path);
    await storage.load(loud);
    await storage.save(saved('h1'));
    const elsewhere = join(path, 'elsewhere');
    await rename(join(path, name), elsewhere);
    await symlink(elsewhere, join(path, name));
    const before = await readFile(elsewhere, 'utf8');
    await expect(storage.save(saved('h2'))).rejects.toThrow(
      'it is a symbolic link; allowed is a regular file',
    );
    expect(await readFile(elsewhere, 'utf8')).toBe(before);
  });

  test('that takes the place of the folder is not followed', async () => {
    const { path } = await tempFolder();
    const [data, other] = [join(path, 'data'), join(path, 'other')];
    const storage = createDiskStorage(data);
    await storage.load(loud);
    await storage.save(saved('h1'));
    await rename(data, join(path, 'moved'));
    await mkdir(other);
    await symlink(other, data);
    await expect(storage.save(saved('h2'))).rejects.toThrow(
      `${data} could not be written: it leads to ${other} now`,
    );
    expect(await readdir(other)).toEqual([]);
  });

  test('that was there at the start leads to the files, and stays', async () => {
    const { path } = await tempFolder();
    const [data, file] = [join(path, 'data'), join(path, 'shared.json')];
    await mkdir(data, { mode: 0o700 });
    await writeFile(file, '{"version":1,"records":[]}');
    await symlink(file, join(data, 'peers.json'));
    const storage = createDiskStorage(data);
    await storage.load(loud);
    await storage.save(saved('h1'));
    expect(JSON.parse(await readFile(file, 'utf8')).records).toHaveLength(1);
    await storage.close?.();
  });
});

describe('access', () => {
  test.for([0, 0o077, 0o777])('is for the owner alone, with umask %o', async (umask) => {
    const { path } = await tempFolder();
    const data = join(path, 'a', 'data');
    const child = fork(program, [data], { execArgv: [], env: { UMASK: String(umask) } });
    onTestFinished(() => void child.kill('SIGKILL'));
    for (const command of [undefined, 'load', 'h1']) {
      if (command !== undefined) child.send(command);
      const [answer] = (await once(child, 'message')) as [{ answer: string }];
      expect(answer.answer).toBe(command === undefined ? 'ready' : 'done');
    }
    const modes = await Promise.all(
      [join(path, 'a'), data, ...names.map((name) => join(data, name))].map(
        async (file) => (await stat(file)).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600, 0o600]);
  });

  test('of every user to the folder is told', async () => {
    const { path } = await tempFolder();
    await chmod(path, 0o777);
    const notices: string[] = [];
    const storage = createDiskStorage(path);
    await storage.load(({ message }) => notices.push(message));
    expect(notices).toEqual([
      `${path} may be written by every user of this machine, who can change what the worker does; fix it with: chmod o-w ${path}`,
    ]);
    await storage.close?.();
  });
});

const failing = (code: string): Error => Object.assign(new Error(`${code}: simulated`), { code, errno: -1 });

describe('a file system', () => {
  test('without hard links holds one worker a folder all the same', async () => {
    const { path } = await tempFolder();
    const fs: FileSystem = { ...systemPorts.fs, link: () => Promise.reject(failing('EPERM')) };
    const [first, second] = [0, 1].map(() => openDiskStorage(path, {}, hurriedPorts(fs)));
    await first?.load(loud);
    await expect(second?.load(loud)).rejects.toBeInstanceOf(StorageLockedError);
    await first?.save(saved('h1'));
    await first?.close?.();
    expect(await second?.load(loud)).toEqual(saved('h1'));
    await second?.close?.();
    expect((await readdir(path)).toSorted()).toEqual(['peers.json', 'sync-state.json']);
  });

  test.for(['EINVAL', 'ENOTSUP', 'ENOSYS', 'EPERM'])(
    'that syncs no folder (%s) fails no save',
    async (code) => {
      const { path } = await tempFolder();
      const fs: FileSystem = {
        ...systemPorts.fs,
        open: async (name, flags, mode) => {
          const handle = await systemPorts.fs.open(name, flags, mode);
          if (flags === 'r') handle.sync = () => Promise.reject(failing(code));
          return handle;
        },
      };
      const storage = openDiskStorage(path, {}, hurriedPorts(fs));
      await storage.load(loud);
      await storage.save(saved('h1'));
      await storage.close?.();
      expect(await createDiskStorage(path).load(quiet)).toEqual(saved('h1'));
    },
  );
});
