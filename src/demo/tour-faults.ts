import type { FaultSource } from '../inspect/inspection.ts';
import { describe } from '../policy/wire-fields.ts';
import type { DemoPeer, PeerMood } from './demo-peer.ts';

/** The moods, by the names under which they are chosen. */
const moods: ReadonlyMap<string, PeerMood> = new Map<string, PeerMood>([
  ['well', { kind: 'well' }],
  ['429, Retry-After: 5', { kind: 'rate-limited', retryAfterSeconds: 5, form: 'delay-seconds' }],
  ['429, Retry-After: a date', { kind: 'rate-limited', retryAfterSeconds: 5, form: 'http-date' }],
  ['HTTP 500', { kind: 'failing' }],
  ['no JSON', { kind: 'garbage' }],
  ['another chain', { kind: 'forked' }],
  ['never answers', { kind: 'unresponsive' }],
]);

const TOUR = 'the tour';
const PLAYS = 'plays';
const STANDS = 'stands still';

export interface TourFaultsOptions {
  readonly peers: readonly DemoPeer[];
  readonly isPlaying: () => boolean;
  /** The tour changes moods of its own: it goes on, or stands still until it is to play. */
  readonly play: (playing: boolean) => void;
}

/** Lets a viewer break and mend the peers of the tour. Whoever does that has the tour stand still. */
export function createTourFaults({ peers, isPlaying, play }: TourFaultsOptions): FaultSource {
  const names = [...moods.keys()];
  return {
    switches: () => [
      { peer: TOUR, fault: isPlaying() ? PLAYS : STANDS, faults: [PLAYS, STANDS] },
      ...peers.map((peer) => ({ peer: peer.label, fault: nameOf(peer.mood()), faults: names })),
    ],
    set: (label, fault) => {
      if (label === TOUR) {
        if (fault !== PLAYS && fault !== STANDS) throw unknown(fault, [PLAYS, STANDS]);
        play(fault === PLAYS);
        return;
      }
      const peer = peers.find((one) => one.label === label);
      if (peer === undefined) {
        throw new Error(
          `The peer is ${describe(label)}; allowed is ${peers.map((one) => one.label).join(', ')}`,
        );
      }
      const mood = moods.get(fault);
      if (mood === undefined) throw unknown(fault, names);
      play(false);
      peer.setMood(mood);
    },
  };
}

/** The tour limits by other waits than these; what it is called then is near enough. */
function nameOf(mood: PeerMood): string {
  const isAlike = (other: PeerMood): boolean =>
    other.kind === mood.kind &&
    (other.kind !== 'rate-limited' || mood.kind !== 'rate-limited' || other.form === mood.form);
  return [...moods].find(([, other]) => isAlike(other))?.[0] ?? mood.kind;
}

function unknown(fault: string, allowed: readonly string[]): Error {
  return new Error(`The fault is ${describe(fault)}; allowed is ${allowed.join(', ')}`);
}
