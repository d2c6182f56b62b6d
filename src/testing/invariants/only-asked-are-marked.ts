import type { PeerRecord } from '../../policy/peer-record.ts';
import type { Invariant } from './invariant.ts';

/**
 * A peer gets no mark by an attempt in which it was not asked: that a storage takes its time is no fault of a peer. Excepted is a
 * limit that ends in one step with what was waited for: by a clock that jumps, or within the grace of a stop.
 */
export const onlyAskedAreMarked: Invariant = (breach) => {
  let isAsked = true;
  let hasJumped = false;
  let atStart: PeerRecord | undefined;
  return {
    before: (entry, fold) => {
      if (entry.kind === 'called') isAsked = true;
      else if (entry.kind === 'happened') hasJumped ||= entry.happening.kind === 'jump';
      if (entry.kind !== 'emitted') return;
      const { event } = entry;
      if (event.type === 'attempt.started') {
        isAsked = false;
        hasJumped = false;
        atStart = fold.inSync(event.peerUrl);
      }
      if (isAsked) return;
      const isFault =
        event.type === 'attempt.finished' &&
        (event.result.outcome === 'fork' || (event.result.outcome === 'error' && !event.result.local));
      if ((isFault || event.type === 'run.stuck') && !hasJumped && fold.isStarted)
        breach(`${event.peerUrl} is marked, and was not asked`);
      if (event.type !== 'run.withdrawn') return;
      const peerUrl = fold.tried.at(-1) ?? '';
      const after = event.peers.find((peer) => peer.bucket === 'sync' && peer.peerUrl === peerUrl);
      // A peer removed during its attempt may come back, with the marks it had when the attempt began.
      const before = fold.inSync(peerUrl) ?? (after && atStart);
      if (marksOf(after) !== marksOf(before)) breach(`${peerUrl} is marked by a stop, and was not asked`);
    },
  };
};

function marksOf(peer: PeerRecord | undefined): string {
  return `${peer?.failureCount} ${peer?.withdrawn} ${peer?.lastAskedAt}`;
}
