import {
  asPeerList,
  createPeerList,
  type PeerRecord,
  type PeerRecordInput,
  peerKey,
} from '../policy/peer-record.ts';
import { keepRetryAfter, rememberRemoved } from '../policy/peer-updates.ts';
import type { SyncFunction } from '../schedule/attempt.ts';

/**
 * The configured peers, merged with what is remembered of them. The configuration wins, except over a Retry-After that
 * still runs.
 *
 * @throws TypeError for a malformed record
 */
export function adoptPeers(
  configured: readonly (string | PeerRecordInput)[],
  remembered: readonly PeerRecord[],
  now: number,
): readonly PeerRecord[] {
  const known = new Map(remembered.map((record) => [peerKey(record), record]));
  const adopted = createPeerList(configured).map((record, index) => {
    const old = known.get(peerKey(record));
    if (old === undefined) return record;
    known.delete(peerKey(record));
    const given = configured[index];
    const fields =
      typeof given === 'object' ? Object.entries(given).filter(([, value]) => value !== undefined) : [];
    const { peerUrl, enabled, retryAfter, metadata } = record;
    const current = { ...old, ...Object.fromEntries(fields), peerUrl, enabled, removed: record.removed };
    return keepRetryAfter({ ...current, retryAfter, metadata: { ...old.metadata, ...metadata } }, old);
  });
  return asPeerList([...adopted, ...rememberRemoved([...known.values()], now)]);
}

/** Sets each peer's `excluded` to the reason that `sync.exclude` gives for it, and clears it where there is none. */
export function noteExcluded(
  peers: readonly PeerRecord[],
  sync: Pick<SyncFunction, 'exclude'>,
): readonly PeerRecord[] {
  if (sync.exclude === undefined && peers.every(({ excluded }) => excluded === '')) return peers;
  return asPeerList(
    peers.map((peer) => {
      const excluded = sync.exclude?.(peer) ?? '';
      return excluded === peer.excluded ? peer : { ...peer, excluded };
    }),
  );
}
