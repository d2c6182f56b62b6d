import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordSyncFailure } from '../../../src/core.ts';
import { createPeerRecord, initialSyncState, type PeerRecord } from '../../../src/index.ts';
import { createDiskStorage, type DiskStorage } from '../../../src/storage/disk/index.ts';
import { tempFolder } from './temp-folder.ts';

const a = createPeerRecord('http://a.example');
const b = createPeerRecord('http://b.example');

async function opened(
  peers: readonly PeerRecord[],
): Promise<{ storage: DiskStorage; file: string; notices: string[] }> {
  const { path } = await tempFolder();
  const storage = createDiskStorage(path);
  const notices: string[] = [];
  await storage.load(({ message }) => notices.push(message));
  await storage.save({ state: initialSyncState(), peers });
  expect(notices).toEqual([]);
  return { storage, notices, file: join(path, 'peers.json') };
}

async function edit(file: string, change: (records: Record<string, unknown>[]) => unknown[]): Promise<void> {
  const { checksum: _ours, ...document } = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...document, records: change(document.records) }));
}

describe('a peer store that is read again', () => {
  test('has the peers that others added, without those they removed', async () => {
    const { storage, file } = await opened([a, b]);
    await edit(file, ([first]) => [first, { ...first, peer_url: 'http://c.example' }]);
    const urls = (await storage.reread())([a, b]).map(({ peerUrl }) => peerUrl);
    expect(urls).toEqual(['http://a.example', 'http://c.example']);
    await storage.close?.();
  });

  test('loses no mark that was made since it was saved, not even while it is read', async () => {
    const { storage, file } = await opened([a]);
    await edit(file, ([first]) => [{ ...first, label: 'renamed' }]);
    const merged = await storage.reread();
    const marked = recordSyncFailure(a, { now: 1_700_000_000, error: 'HTTP 429', retryAfterSeconds: 600 });
    expect(merged([marked])).toEqual([{ ...marked, label: 'renamed' }]);
    await storage.close?.();
  });

  test('is what the next save leaves in the file', async () => {
    const { storage, file } = await opened([a]);
    await edit(file, ([first]) => [{ ...first, enabled: false }]);
    const peers = (await storage.reread())([a]);
    await storage.save({ state: initialSyncState(), peers });
    const before = await readFile(file, 'utf8');
    expect(JSON.parse(before).records).toMatchObject([{ peer_url: 'http://a.example', enabled: false }]);
    await storage.close?.();
  });

  test('and is gone leaves the peers as they are', async () => {
    const { storage, file, notices } = await opened([a]);
    await rm(file);
    expect((await storage.reread())([a, b])).toEqual([a, b]);
    expect(notices).toEqual([`${file} was gone`]);
    await storage.close?.();
  });

  test('and is torn is set aside, and leaves the peers as they are', async () => {
    const { path } = await tempFolder();
    const storage = createDiskStorage(path);
    const notices: string[] = [];
    await storage.load(({ message }) => void notices.push(message));
    await storage.save({ state: initialSyncState(), peers: [a] });
    await writeFile(join(path, 'peers.json'), '{"version": 1, "rec');
    expect((await storage.reread())([a])).toEqual([a]);
    expect(notices).toHaveLength(1);
    await storage.close?.();
  });
});
