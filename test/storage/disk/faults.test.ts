import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordSyncFailure, retryAfterUntil } from '../../../src/core.ts';
import { createPeerRecord, initialSyncState, type PeerRecord, type SavedWorker } from '../../../src/index.ts';
import { type DiskStorage, openDiskStorage } from '../../../src/storage/disk/disk-storage.ts';
import { StorageError } from '../../../src/storage/disk/index.ts';
import { expectEqual, expectThat } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';
import { anyFault, createFaultyFileSystem } from './faulty-file-system.ts';
import { hurriedPorts } from './hurried-ports.ts';
import { tempFolder } from './temp-folder.ts';

const FILES = ['sync-state.json', 'peers.json'] as const;
const acts = ['nothing', 'empty', 'remove', ...FILES, 'older copy', 'restart', 'crash'] as const;

const step = fc.record({
  /** What becomes of the folder, or of the worker, before the next save. */
  act: fc.constantFrom<(typeof acts)[number][]>(...acts),
  fault: fc.option(anyFault, { nil: undefined }),
  peer: fc.nat({ max: 2 }),
  wait: fc.integer({ min: 1, max: 3600 }),
});

const numRuns = Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 5);

/** By URL, until when each peer asked not to be contacted. */
const waitsOf = (peers: readonly PeerRecord[]): Map<string, number> =>
  new Map(peers.map((peer) => [peer.peerUrl, retryAfterUntil(peer)]));

test('whatever fails and whatever happens to the folder, a save succeeds only if it is complete on disk, losses are reported, and the next save repairs everything', async () => {
  const folders = await tempFolder();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const folder = folders.next();
      const copy = `${folder}-copy`;
      await mkdir(copy);
      const disk = createFaultyFileSystem();
      let notices: string[] = [];
      let storage: DiskStorage = openDiskStorage(folder, {}, hurriedPorts(disk.fs));
      /** What the files may hold: the newest save that ended well, and those that failed after it. */
      let possible: SavedWorker[] = [];
      let now = 1_800_000_000;
      let current: SavedWorker = {
        state: initialSyncState(),
        peers: ['a', 'b', 'c'].map((name) => createPeerRecord(`http://${name}.example`)),
      };

      const textsOf = (place: string): Promise<(string | undefined)[]> =>
        Promise.all(FILES.map((name) => readFile(join(place, name), 'utf8').catch(() => undefined)));
      const open = async (): Promise<void> => {
        storage = openDiskStorage(folder, {}, hurriedPorts(disk.fs));
        const load = async (): Promise<Partial<SavedWorker>> =>
          storage.load(({ message }) => notices.push(message));
        const first = await Promise.resolve(load()).catch((error: unknown) => {
          expectThat(error instanceof StorageError, () => `load threw ${String(error)}`);
          disk.fail(undefined);
          return load();
        });
        if (possible.length === 0) return;
        expectThat(
          possible.some(({ state }) => state.currentHead === first.state?.currentHead),
          () => `loaded ${first.state?.currentHead}`,
        );
        const waits = waitsOf(first.peers ?? []);
        for (const [url, until] of waitsOf(possible[0]?.peers ?? [])) {
          expectThat((waits.get(url) ?? 0) >= until, () => `${url} named ${until}, loaded ${waits.get(url)}`);
        }
        current = { state: first.state ?? current.state, peers: first.peers ?? current.peers };
      };

      await open();
      for (const { act, fault, peer: which, wait } of [
        ...steps,
        { act: 'nothing', peer: 0, wait: 1 } as const,
      ]) {
        notices = [];
        const before = await textsOf(folder);
        if (act === 'empty')
          for (const name of await readdir(folder).catch(() => [])) await rm(join(folder, name));
        if (act === 'remove') await rm(folder, { recursive: true, force: true });
        if (act === FILES[0] || act === FILES[1]) await rm(join(folder, act), { force: true });
        if (act === 'older copy') {
          for (const name of FILES)
            await copyFile(join(copy, name), join(folder, name)).catch(() => undefined);
        }
        // If no save has left it there, nothing is lost.
        const isLost =
          possible.length > 0 && (await textsOf(folder)).some((text, index) => text !== before[index]);
        if (isLost) possible = [];
        disk.fail(fault);
        if (act === 'restart') {
          await Promise.resolve(storage.close?.()).catch(() =>
            rm(join(folder, 'sync.lock'), { force: true }),
          );
          await open();
        }
        if (act === 'crash') {
          // As if it was left by a process that has ended.
          await rm(join(folder, 'sync.lock'), { force: true });
          await open();
        }

        now += 10;
        const state = { ...current.state, currentHead: `h${now}`, lastSyncFinishedAt: now };
        const peers = current.peers.map((peer, index) =>
          index === which % current.peers.length
            ? recordSyncFailure(peer, { now, error: 'HTTP 429', retryAfterSeconds: wait })
            : peer,
        );
        current = { state, peers };
        if (possible.length > 0) possible.push(current);
        const failure = await storage.save(current)?.then(
          () => undefined,
          (error: unknown) => error,
        );
        disk.fail(undefined);
        if (failure !== undefined) {
          expectThat(failure instanceof StorageError, () => `save threw ${String(failure)}`);
          continue;
        }
        possible = [current];
        if (isLost) expectThat(notices.length > 0, () => `${act} was not told`);
        const reader = openDiskStorage(`${folder}-read`, {}, hurriedPorts());
        await mkdir(`${folder}-read`, { recursive: true });
        for (const name of FILES) await copyFile(join(folder, name), join(`${folder}-read`, name));
        const told: string[] = [];
        expectEqual(await reader.load(({ message }) => told.push(message)), current);
        expectEqual(told, []);
        await reader.close?.();
        if (now % 30 === 0) for (const name of FILES) await copyFile(join(folder, name), join(copy, name));
      }
      await storage.close?.();
      await open();
      const left = (await readdir(folder)).filter((name) => !name.includes('.set-aside-'));
      expectEqual(left.toSorted(), ['peers.json', 'sync-state.json', 'sync.lock']);
      await storage.close?.();
    }),
    { numRuns },
  );
});

test('the simulated disk does fail', async () => {
  const { path } = await tempFolder();
  const disk = createFaultyFileSystem();
  const storage = openDiskStorage(path, {}, hurriedPorts(disk.fs));
  await storage.load(() => undefined);
  disk.fail({ after: 0, calls: 100, code: 'ENOSPC' });
  const saved = { state: initialSyncState(), peers: [createPeerRecord('http://a.example')] };
  await expect(storage.save(saved)).rejects.toThrow('no space left on device (ENOSPC)');
  disk.fail(undefined);
  await storage.save(saved);
  await storage.close?.();
});
