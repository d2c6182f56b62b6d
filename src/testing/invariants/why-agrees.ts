import type { Why } from '../../explain/why.ts';
import { type Invariant, ROUNDING } from './invariant.ts';
import { LATE_SECONDS } from './never-wedged.ts';

/**
 * Unless something else happens, what `why()` says is what happens next: a run starts at the time it named, with a peer that it
 * said may be asked.
 */
export const whyAgrees: Invariant = (breach) => {
  /** The clock was set, and the worker has not read it since. */
  let isBlind = false;
  let said: { readonly why: Why; readonly elapsed: number } | undefined;
  return {
    before: (entry, fold) => {
      const { kind, at, elapsed } = entry;
      if (kind === 'settled') {
        const { why } = entry;
        said = why?.asking === '' && !isBlind ? { why, elapsed } : undefined;
        if (why !== undefined && why.state !== fold.state.lastOutcome)
          breach(`why() says ${why.state}, but the worker is ${fold.state.lastOutcome}`);
      } else if (
        kind === 'happened' ? entry.happening.kind !== 'pass' : ['began', 'stopping'].includes(kind)
      ) {
        said = undefined;
        isBlind ||= kind === 'happened' && entry.happening.kind === 'jump';
      } else if (kind === 'step') isBlind = false;
      if (kind !== 'emitted' || said === undefined) return;
      const { event } = entry;
      const { why, elapsed: since } = said;
      if (['waits.bounded', 'peers.changed', 'policy.changed'].includes(event.type)) said = undefined;
      if (event.type !== 'run.started') return;
      const named = `why() said ${why.nextRunAt} (${why.rule})`;
      if (at < why.nextRunAt - ROUNDING) breach(`${named}, but a run started at ${at}`);
      const late = Math.min(at - why.nextRunAt, elapsed - since);
      if (late > LATE_SECONDS) breach(`${named}, but a run started ${late} s later`);
      const { lastPeerUrl } = event.state;
      const peer = why.peers.find(
        ({ peerUrl, rule }) => peerUrl === lastPeerUrl && rule !== 'not a sync peer',
      );
      if (peer === undefined || peer.nextAskAt === null) {
        breach(`why() said that ${lastPeerUrl} is never asked`);
      } else if (fold.request !== 'forced' && peer.nextAskAt > at + ROUNDING) {
        breach(`why() said that ${lastPeerUrl} may be asked at ${peer.nextAskAt}, but it was asked at ${at}`);
      }
      said = undefined;
    },
  };
};
