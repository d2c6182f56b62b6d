import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  fromWire,
  type PeerRecord,
  peerFromWire,
  retryAfterUntil,
  type SyncWorkerState,
} from '../../src/index.ts';
import { expectThat } from '../support/cheap-expect.ts';

/** What stands in the files of a worker that was killed. */
export interface OnRecord {
  /** Undefined if it was never saved. */
  readonly state: SyncWorkerState | undefined;
  readonly peers: readonly PeerRecord[];
}

/** Reads both files by other means than the storage. Throws for one that does not parse, or that was set aside. */
export async function readRecord(folder: string): Promise<OnRecord> {
  const names = await readdir(folder);
  expect(names.filter((name) => name.includes('set-aside'))).toEqual([]);
  const read = async (name: string): Promise<unknown> =>
    names.includes(name) ? JSON.parse(await readFile(join(folder, name), 'utf8')) : undefined;
  const state = await read('sync-state.json');
  const file = (await read('peers.json')) as { version: unknown; records: unknown[] } | undefined;
  if (file !== undefined) expect(file.version).toBe(1);
  return {
    state: state === undefined ? undefined : fromWire(state),
    peers: (file?.records ?? []).map(peerFromWire),
  };
}

/** No time that was on record goes back, no peer is gone, and failures fall with a success only. */
export function expectNothingLost(before: OnRecord, after: OnRecord): void {
  const times = ['lastSyncStartedAt', 'lastSyncFinishedAt', 'lastSyncOkAt', 'nextSyncDueAt'] as const;
  for (const field of times) expectNotBefore(before.state?.[field] ?? 0, after.state?.[field] ?? 0, field);
  if (after.state?.lastSyncOkAt === before.state?.lastSyncOkAt) {
    const failures = ({ state }: OnRecord): number => state?.consecutiveFailures ?? 0;
    expectNotBefore(failures(before), failures(after), 'consecutiveFailures');
  }
  for (const peer of before.peers) {
    const now = after.peers.find(({ peerUrl }) => peerUrl === peer.peerUrl);
    if (now === undefined) expect.fail(`${peer.peerUrl} is gone`);
    for (const field of ['addedAt', 'updatedAt', 'lastSeenAt', 'lastSyncOkAt'] as const) {
      expectNotBefore(peer[field], now[field], field);
    }
    expectNotBefore(retryAfterUntil(peer), retryAfterUntil(now), 'retry_after_until');
  }
}

function expectNotBefore(was: number, is: number, what: string): void {
  expectThat(is >= was, () => `${what} went back from ${was} to ${is}`);
}
