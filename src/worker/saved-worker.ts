import { asPeerList, createPeerList, type PeerRecord, type PeerRecordInput } from '../policy/peer-record.ts';
import { dropExpired } from '../policy/peer-updates.ts';
import { checkSyncState } from '../policy/sync-worker-state-wire.ts';
import { messageOf } from '../policy/thrown.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import type { SyncRequest } from '../schedule/worker-context.ts';
import type { SavedWorker } from '../storage/storage.ts';
import { adoptPeers, noteExcluded } from './adopt-peers.ts';

/**
 * Checks what a storage returned.
 *
 * @param from its origin, for the error message
 * @throws TypeError naming the field, its value and what is allowed
 */
export function readSaved(saved: unknown, from: string): Partial<SavedWorker> {
  if (!isRecord(saved)) throw new TypeError(`${from} ${describe(saved)}; allowed is { state?, peers? }`);
  const { state, peers } = saved;
  try {
    return {
      ...(state === undefined ? {} : { state: checkSyncState(state) }),
      ...(peers === undefined ? {} : { peers: createPeerList(peers) }),
    };
  } catch (cause) {
    throw new TypeError(`${from} ${messageOf(cause)}`, { cause });
  }
}

/** The peers to start with: the configured ones, or all remembered ones if none are configured, with their remembered marks. */
export function startingPeers(
  configured: readonly (string | PeerRecordInput)[] | undefined,
  remembered: readonly PeerRecord[],
  sync: Pick<SyncFunction, 'exclude'>,
  now: number,
): readonly PeerRecord[] {
  const current = asPeerList(dropExpired(remembered, now));
  return noteExcluded(configured === undefined ? current : adoptPeers(configured, current, now), sync);
}

/** A new peer need not wait for the backoff of the others. */
export function startingRequest(
  { state, peers }: SavedWorker,
  stored: readonly PeerRecord[] | undefined,
): SyncRequest {
  if (stored === undefined || (state.lastOutcome !== 'error' && state.lastOutcome !== 'fork')) return 'none';
  const before = new Set(stored.map(({ peerUrl }) => peerUrl));
  const isNew = peers.some(
    ({ peerUrl, bucket, enabled }) => bucket === 'sync' && enabled && !before.has(peerUrl),
  );
  return isNew ? 'new-peer' : 'none';
}
