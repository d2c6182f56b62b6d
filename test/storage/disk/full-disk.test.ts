import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createPeerRecord,
  initialSyncState,
  PeerSyncRateLimited,
  type SavedWorker,
  type SyncWorkerNotification,
} from '../../../src/index.ts';
import { createDiskStorage, StorageLockedError } from '../../../src/storage/disk/index.ts';
import { embed } from '../../support/embedded-worker.ts';
import { canMakeSmallDisk, createSmallDisk, type SmallDisk } from './small-disk.ts';

const savedAt = (head: string): SavedWorker => ({
  state: { ...initialSyncState(), currentHead: head },
  peers: [createPeerRecord({ peerUrl: 'http://a.example', label: head })],
});

const trouble: readonly (readonly [
  string,
  string,
  (disk: SmallDisk) => Promise<void>,
  (disk: SmallDisk) => Promise<void>,
])[] = [
  ['full', 'no space left on device (ENOSPC)', (disk) => disk.fill(), (disk) => disk.empty()],
  [
    'read only',
    'read-only file system (EROFS)',
    (disk) => disk.setReadOnly(true),
    (disk) => disk.setReadOnly(false),
  ],
];

async function smallDisk(): Promise<SmallDisk> {
  const disk = await createSmallDisk();
  onTestFinished(() => disk.remove());
  return disk;
}

async function textsOf({ path }: SmallDisk): Promise<string[]> {
  return Promise.all(['sync-state.json', 'peers.json'].map((name) => readFile(join(path, name), 'utf8')));
}

describe.skipIf(!(await canMakeSmallDisk()))('a disk that is', () => {
  test.for(trouble)(
    '%s fails a save with a clear error and keeps the old files whole',
    async ([, reason, begin, end]) => {
      const disk = await smallDisk();
      const storage = createDiskStorage(disk.path);
      await storage.load(() => undefined);
      await storage.save(savedAt('h1'));
      const before = await textsOf(disk);
      await begin(disk);
      await expect(storage.save(savedAt('h2'))).rejects.toMatchObject({
        name: 'StorageUnwritableError',
        code: 'storage_unwritable',
        message: `${join(disk.path, 'sync-state.json')} could not be written: ${reason}`,
      });
      expect(await textsOf(disk)).toEqual(before);
      expect((await readdir(disk.path)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      await end(disk);
      await storage.save(savedAt('h3'));
      await storage.close?.();
      expect(await createDiskStorage(disk.path).load(() => undefined)).toEqual(savedAt('h3'));
    },
  );

  test.for(trouble)(
    '%s at the start is told; what was saved is found, and saved again later',
    async ([, reason, begin, end]) => {
      const disk = await smallDisk();
      const earlier = createDiskStorage(disk.path);
      await earlier.load(() => undefined);
      await earlier.save(savedAt('h1'));
      await earlier.close?.();
      await begin(disk);
      const notices: string[] = [];
      const storage = createDiskStorage(disk.path);
      expect(await storage.load(({ message }) => notices.push(message))).toEqual(savedAt('h1'));
      const lock = join(disk.path, 'sync.lock');
      expect(notices).toEqual([
        `${lock} could not be written: ${reason}; nothing is saved until that is over`,
      ]);
      await expect(storage.save(savedAt('h2'))).rejects.toMatchObject({ code: 'storage_unwritable' });
      await end(disk);
      await storage.save(savedAt('h2'));
      await expect(createDiskStorage(disk.path).load(() => undefined)).rejects.toBeInstanceOf(
        StorageLockedError,
      );
      await storage.close?.();
      expect(await createDiskStorage(disk.path).load(() => undefined)).toEqual(savedAt('h2'));
    },
  );

  test.for(trouble)(
    '%s is an event of the worker, which goes on and forgets nothing',
    async ([, reason, begin, end]) => {
      const disk = await smallDisk();
      let asked = 0;
      const { worker, pass } = embed({
        peers: ['http://a.example'],
        storage: createDiskStorage(disk.path),
        sync: () => {
          asked += 1;
          throw new PeerSyncRateLimited({ retryAfterSeconds: 600 });
        },
      });
      const told = (type: SyncWorkerNotification['type']): Promise<SyncWorkerNotification> =>
        new Promise((resolve) => worker.on(type, resolve));
      await worker.start();
      await begin(disk);
      const failed = told('storage.failed');
      await pass(0);
      expect(await failed).toMatchObject({ error: { message: expect.stringContaining(reason) } });
      await worker.waitFor('error');
      expect(asked).toBe(1);
      await end(disk);
      await worker.stop();
      const kept = await createDiskStorage(disk.path).load(() => undefined);
      expect(kept.state).toEqual(worker.state);
      expect(kept.peers).toEqual(worker.peers);
    },
  );
});
