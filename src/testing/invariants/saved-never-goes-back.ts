import type { PeerRecord } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { MAX_RETRY_AFTER_SECONDS } from '../../policy/retry-after.ts';
import type { SavedWorker } from '../../storage/storage.ts';
import type { Invariant } from './invariant.ts';

/**
 * Nothing that was saved decreases. Unless the clock is set back, times only grow; only a success or a solo run resets the
 * failures, and only its end or an operator removes a Retry-After.
 */
export const savedNeverGoesBack: Invariant = (breach) => {
  let last: SavedWorker | undefined;
  /** By peer, each Retry-After that was over at some moment: it may be gone, and a clock that is set back does not revive it. */
  const over = new Set<string>();
  const markOver = (peers: readonly PeerRecord[], at: number): void => {
    for (const peer of peers) {
      const until = retryAfterUntil(peer);
      if (until > 0 && until <= at) over.add(waitOf(peer));
    }
  };
  let wasSetBack = false;
  /** A run ended well, or the worker was solo: the save that includes it may reset the failures. */
  let mayForget = false;
  /** Upper bound of a Retry-After since waits were last bounded; a save may have been under way then. */
  let bound = Number.POSITIVE_INFINITY;
  /** Peers that were reset, which may remove their Retry-After. */
  const reset = new Set<string>();
  return {
    before: (entry, fold) => {
      const { at } = entry;
      // A save may end long after its peers changed: what the worker knows counts beside what is saved.
      markOver(fold.peers, at);
      markOver(last?.peers ?? [], at);
      if (entry.kind === 'began') {
        last = undefined;
        over.clear();
        bound = Number.POSITIVE_INFINITY;
        reset.clear();
      } else if (entry.kind === 'emitted' && entry.event.type === 'waits.bounded') {
        bound = Math.ceil(at) + MAX_RETRY_AFTER_SECONDS;
      } else if (entry.kind === 'emitted' && entry.event.type === 'run.finished') {
        mayForget ||= entry.event.state.consecutiveFailures === 0;
      } else if (entry.kind === 'happened') {
        const { happening } = entry;
        wasSetBack ||= happening.kind === 'jump' && happening.seconds < 0;
        if (happening.kind === 'reset peer') reset.add(happening.peerUrl);
      } else if (entry.kind === 'saved') {
        const { saved } = entry;
        if (last !== undefined) {
          if (!wasSetBack) expectTimesGrow(last, saved, breach);
          const [failures, now] = [last.state.consecutiveFailures, saved.state.consecutiveFailures];
          if (now < failures && !mayForget) breach(`${failures} failures, then ${now}`);
          if (now < failures) mayForget = false;
          const kept = last.peers.filter((peer) => !reset.has(peer.peerUrl) && !over.has(waitOf(peer)));
          expectWaitsKept(kept, saved, bound, breach);
        }
        last = saved;
      }
    },
  };
};

function waitOf(peer: PeerRecord): string {
  return `${peer.bucket} ${peer.peerUrl} ${retryAfterUntil(peer)}`;
}

function expectTimesGrow(before: SavedWorker, now: SavedWorker, breach: (text: string) => void): void {
  for (const field of ['lastSyncFinishedAt', 'lastSyncOkAt'] as const) {
    if (now.state[field] >= before.state[field]) continue;
    breach(`${field} was ${before.state[field]} but is saved as ${now.state[field]}`);
  }
}

function expectWaitsKept(
  before: readonly PeerRecord[],
  now: SavedWorker,
  bound: number,
  breach: (text: string) => void,
): void {
  for (const peer of before) {
    const until = Math.min(retryAfterUntil(peer), bound);
    if (until <= 0) continue;
    const { bucket, peerUrl } = peer;
    const found = now.peers.find((other) => other.bucket === bucket && other.peerUrl === peerUrl);
    if (found === undefined || retryAfterUntil(found) < until)
      breach(`the Retry-After of ${peerUrl} until ${until} is no longer saved`);
  }
}
