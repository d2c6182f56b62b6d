import { networkOf } from '../../infonet/peer-network.ts';
import { createPeerRecord, type PeerRecord } from '../../policy/peer-record.ts';
import { wholeSeconds } from '../../policy/seconds.ts';

/**
 * The peers that are stored, and those that are configured beside them. A configured peer that was removed, and is
 * remembered for its Retry-After alone, is a peer again and keeps it. One that is disabled stays so.
 *
 * @param now Unix seconds
 */
export function withConfigured(
  stored: readonly PeerRecord[],
  urls: readonly string[],
  now: number,
): readonly PeerRecord[] {
  const wanted = new Set(urls);
  const kept = stored.map((peer) => {
    if (peer.bucket !== 'sync' || !wanted.delete(peer.peerUrl)) return peer;
    return peer.removed ? { ...peer, enabled: true, removed: false } : peer;
  });
  return [...kept, ...[...wanted].map((peerUrl) => configured(peerUrl, now))];
}

function configured(peerUrl: string, now: number): PeerRecord {
  const at = wholeSeconds(now);
  const transport = networkOf(new URL(peerUrl).hostname) === 'onion' ? 'onion' : 'clearnet';
  return createPeerRecord({ peerUrl, transport, addedAt: at, updatedAt: at });
}
