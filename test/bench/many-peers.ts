/**
 * Processor time of a disk storage with 40,000 peers:
 * `vite build test/bench --ssr many-peers.ts --outDir ../../dist/many --logLevel warn && node dist/many/many-peers.js`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPeerRecord, initialSyncState } from '../../src/index.ts';
import { createDiskStorage } from '../../src/storage/disk/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'sync-worker-many-peers-'));
const state = initialSyncState();

async function measured<T>(what: string, task: () => Promise<T> | T): Promise<T> {
  const before = process.cpuUsage();
  const result = await task();
  const { user, system } = process.cpuUsage(before);
  console.log(`${what}: ${Math.round((user + system) / 1000)} ms`);
  return result;
}

try {
  const first = createDiskStorage(folder);
  await first.load(console.warn);
  const peers = Array.from({ length: 40_000 }, (_, index) => createPeerRecord(`http://p${index}.example`));
  await measured('first save', () => first.save({ state, peers }));
  await first.close?.();
  const second = createDiskStorage(folder);
  let list = (await measured('load', () => second.load(console.warn))).peers ?? [];
  for (let round = 1; round <= 4; round += 1) {
    list = list.map((peer, index) => (index === round * 9973 ? { ...peer, updatedAt: round } : peer));
    await measured('save of one changed peer', () => second.save({ state, peers: list }));
  }
  await second.close?.();
} finally {
  rmSync(folder, { recursive: true });
}
