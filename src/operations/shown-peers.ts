import type { PeerRecord } from '../policy/peer-record.ts';

/** Whether a peer has series: one that was removed, and is kept for its Retry-After alone, has none. */
export function isShownPeer(peer: PeerRecord): boolean {
  return peer.bucket === 'sync' && !peer.removed;
}
