import { createPeerList, type PeerRecord, type PeerRecordInput } from '../policy/peer-record.ts';
import { keepRetryAfter, keepUntilRetryAfter } from '../policy/peer-updates.ts';
import type { SyncFunction } from '../schedule/attempt.ts';

/**
 * The peers that were configured, with what is remembered of them: what the configuration says of a peer wins, except
 * over a Retry-After that still runs.
 *
 * @throws TypeError for a malformed record
 */
export function adoptPeers(
  configured: readonly (string | PeerRecordInput)[],
  remembered: readonly PeerRecord[],
  now: number,
): readonly PeerRecord[] {
  const key = ({ bucket, peerUrl }: PeerRecord): string => `${bucket} ${peerUrl}`;
  const known = new Map(remembered.map((record) => [key(record), record]));
  const adopted = createPeerList(configured).map((record, index) => {
    const old = known.get(key(record));
    if (old === undefined) return record;
    known.delete(key(record));
    const given = configured[index];
    const said =
      typeof given === 'object' ? Object.entries(given).filter(([, value]) => value !== undefined) : [];
    const { peerUrl, enabled } = record;
    return keepRetryAfter({ ...old, ...Object.fromEntries(said), peerUrl, enabled }, old);
  });
  return [...adopted, ...keepUntilRetryAfter([...known.values()], now)];
}

/** Notes on each peer why the sync function would never ask it, and takes off what is noted no longer. */
export function noteExcluded(peers: readonly PeerRecord[], sync: SyncFunction): readonly PeerRecord[] {
  return peers.map((peer) => {
    const reason = sync.exclude?.(peer);
    const { passed_over: noted, ...metadata } = peer.metadata;
    if (reason === noted) return peer;
    return { ...peer, metadata: reason === undefined ? metadata : { ...metadata, passed_over: reason } };
  });
}
