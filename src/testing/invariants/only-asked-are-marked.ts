import type { PeerRecord } from '../../policy/peer-record.ts';
import type { Invariant } from './invariant.ts';

/**
 * An attempt that did not ask its peer leaves no failure at that peer: a slow storage is not the peer's fault. Exception: the
 * time limit may expire in the same step in which the wait ends, after a clock jump or within the grace of a stop.
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
        breach(`${event.peerUrl} is marked but was not asked`);
      if (event.type !== 'run.withdrawn') return;
      const peerUrl = fold.tried.at(-1) ?? '';
      const after = event.peers.find((peer) => peer.bucket === 'sync' && peer.peerUrl === peerUrl);
      // A peer removed during its attempt may come back as it was when the attempt started.
      const before = fold.inSync(peerUrl) ?? (after && atStart);
      if (marksOf(after) !== marksOf(before)) breach(`${peerUrl} is marked by a stop but was not asked`);
    },
  };
};

function marksOf(peer: PeerRecord | undefined): string {
  return `${peer?.failureCount} ${peer?.withdrawn} ${peer?.lastAskedAt}`;
}
