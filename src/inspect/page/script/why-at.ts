import type { PeerWhy, Why } from '../../../explain/why.ts';

/**
 * The same account a while later, if nothing but time passes: what was waited for until then is over.
 *
 * @param now Unix seconds
 */
export function whyAt(why: Why, now: number): Why {
  const peers = why.peers.map((peer) => peerAt(peer, now));
  if (why.nextRunAt > now) return { ...why, at: now, peers };
  return { ...why, at: now, nextRunAt: now, rule: 'due', peerUrl: '', peers };
}

function peerAt(peer: PeerWhy, now: number): PeerWhy {
  const { nextAskAt, retryAfter } = peer;
  const kept = retryAfter !== null && retryAfter.until > now ? retryAfter : null;
  return nextAskAt !== null && nextAskAt <= now
    ? { ...peer, rule: 'may be asked', nextAskAt: 0, retryAfter: kept }
    : { ...peer, retryAfter: kept };
}
