import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { peerToWire, toWire } from '../../../src/core.ts';
import { createPeerRecord, initialSyncState } from '../../../src/index.ts';
import { openDiskStorage } from '../../../src/storage/disk/disk-storage.ts';
import { createDiskStorage } from '../../../src/storage/disk/index.ts';
import type { StorageNotice } from '../../../src/storage/storage.ts';
import { anySyncState } from '../../policy/any-sync-state.ts';
import { expectEqual } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';
import { anyPeerList, inFileOrder } from './any-peer-list.ts';
import { hurriedPorts } from './hurried-ports.ts';
import { tempFolder } from './temp-folder.ts';

const noNotice = (notice: StorageNotice): never => expect.fail(notice.message);

test('any state and any peers are found again as they were saved, under their wire names', async () => {
  const folders = await tempFolder();
  await fc.assert(
    fc.asyncProperty(anySyncState, anyPeerList, async (state, peers) => {
      const folder = folders.next();
      const first = openDiskStorage(folder, {}, hurriedPorts());
      expectEqual(await first.load(noNotice), {});
      await first.save({ state, peers });
      await first.close?.();
      const second = openDiskStorage(folder, {}, hurriedPorts());
      expectEqual(await second.load(noNotice), { state, peers: inFileOrder(peers) });
      await second.close?.();

      const read = async (name: string): Promise<Record<string, unknown>> =>
        JSON.parse(await readFile(join(folder, name), 'utf8'));
      const { checksum: _own, peers_in_retry_after: _copy, ...fields } = await read('sync-state.json');
      expectEqual(fields, toWire(state));
      const records = inFileOrder(peers).map(peerToWire);
      const { checksum: _sum, ...document } = await read('peers.json');
      expectEqual(document, { version: 1, records });
      expectEqual((await readdir(folder)).toSorted(), ['peers.json', 'sync-state.json']);
    }),
  );
});

describe('a save', () => {
  const state = { ...initialSyncState(), currentHead: 'h1' };
  const peers = [createPeerRecord('http://a.example')];

  test('leaves the file alone of which nothing has changed', async () => {
    const { path } = await tempFolder();
    const storage = createDiskStorage(path);
    await storage.load(noNotice);
    const inodes = async (): Promise<bigint[]> => {
      const names = ['sync-state.json', 'peers.json'];
      return Promise.all(names.map(async (name) => (await stat(join(path, name), { bigint: true })).ino));
    };
    await storage.save({ state, peers });
    const [stateBefore, peersBefore] = await inodes();
    await storage.save({ state: { ...state, currentHead: 'h2' }, peers });
    const [stateAfter, peersAfter] = await inodes();
    expect(peersAfter).toBe(peersBefore);
    expect(stateAfter).not.toBe(stateBefore);
    await storage.save({
      state: { ...state, currentHead: 'h2' },
      peers: [createPeerRecord('http://a.example')],
    });
    expect((await inodes())[1]).toBe(peersBefore);
  });

  test.for(['640', '664', '600'])('keeps who may read and write the file: mode %s', async (octal) => {
    const mode = Number.parseInt(octal, 8);
    const { path } = await tempFolder();
    const storage = createDiskStorage(path);
    await storage.load(noNotice);
    await storage.save({ state, peers });
    const file = join(path, 'peers.json');
    await chmod(file, mode);
    await storage.save({ state, peers: [createPeerRecord('http://b.example')] });
    expect((await stat(file)).mode & 0o777).toBe(mode);
  });
});
