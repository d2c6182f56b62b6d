import { PeerSyncHttpError, PeerSyncLocalError, PeerSyncRateLimited } from '../../src/policy/errors.ts';
import type { SyncAnswer, SyncFunction } from '../../src/schedule/attempt.ts';
import type { WorldClock } from '../../src/testing/index.ts';
import { fc } from './property.ts';

/** What a peer does when it is asked, and after how many milliseconds (0: before the call returns). */
export interface Behaviour {
  readonly kind:
    | 'head'
    | 'more'
    | 'fork'
    | 'held'
    | 'rate limit'
    | 'http error'
    | 'local'
    | 'throw'
    | 'garbage'
    | 'never';
  readonly delay: number;
  /** The head, the wait asked for, the thing thrown or answered: as the kind needs it. */
  readonly value: unknown;
}

/** One call of the sync function. */
export interface Attempt {
  readonly peerUrl: string;
  /** Wall time in seconds. */
  readonly at: number;
  readonly signal: AbortSignal;
  readonly behaviour: Behaviour;
  settled: boolean;
}

export interface ScriptedSync {
  readonly sync: SyncFunction;
  readonly attempts: Attempt[];
  /** How many attempts have neither ended nor been aborted. */
  readonly live: () => number;
  /** From now on every peer answers at once, with a new head; what is under way goes on as it was. */
  readonly answerFromNowOn: () => void;
}

/** A sync function that behaves as the script says, attempt by attempt, from the start again when it is through. */
export function scriptSync(
  script: readonly Behaviour[],
  clock: Pick<WorldClock, 'now' | 'setTimeout'> & Partial<Pick<WorldClock, 'never'>>,
  wall: () => number = () => clock.now() / 1000,
): ScriptedSync {
  const attempts: Attempt[] = [];
  let played = script;
  const sync: SyncFunction = (peer, { signal }) => {
    const behaviour = played[attempts.length % played.length] ?? never;
    const attempt: Attempt = { peerUrl: peer.peerUrl, at: wall(), signal, behaviour, settled: false };
    attempts.push(attempt);
    if (behaviour.kind === 'never')
      return 'never' in clock
        ? (clock as never as { never(): Promise<never> }).never()
        : new Promise(() => undefined);
    if (behaviour.delay === 0) {
      attempt.settled = true;
      return behave(behaviour, wall());
    }
    return new Promise((resolve, reject) => {
      clock.setTimeout(() => {
        attempt.settled = true;
        try {
          resolve(behave(behaviour, wall()));
        } catch (error) {
          reject(error);
        }
      }, behaviour.delay);
    });
  };
  let open: Attempt[] = [];
  let known = 0;
  const live = (): number => {
    if (known < attempts.length) open = [...open, ...attempts.slice(known)];
    known = attempts.length;
    if (open.length > 0) open = open.filter(({ settled, signal }) => !settled && !signal.aborted);
    return open.length;
  };
  const answerFromNowOn = (): void => {
    played = [{ kind: 'head', delay: 0, value: 'the end' }];
  };
  return { sync, attempts, live, answerFromNowOn };
}

const never: Behaviour = { kind: 'never', delay: 0, value: undefined };

function behave({ kind, value }: Behaviour, now: number): SyncAnswer {
  switch (kind) {
    case 'head':
      return { head: String(value) };
    case 'more':
      return { head: String(value), more: true };
    case 'fork':
      return { forked: true };
    case 'held':
      return { held: now + Number(value) };
    case 'local':
      throw new PeerSyncLocalError('our disk is full', { head: String(value) });
    case 'rate limit':
      throw new PeerSyncRateLimited({ retryAfterSeconds: Number(value) });
    case 'http error':
      throw new PeerSyncHttpError({ status: 503, retryAfterSeconds: Number(value), head: 'half way' });
    case 'throw':
      throw value;
    default:
      return value as SyncAnswer;
  }
}

const hostileNumber = fc.oneof(
  fc.integer({ min: 0, max: 4000 }),
  fc.double(),
  fc.constantFrom(0, 1, 59.5, 3600, 3601, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31),
);

const value = {
  head: fc.constantFrom('', 'h1', 'h2', 'h3'),
  more: fc.constantFrom('', 'h1', 'h2', 'h3'),
  fork: fc.constant(undefined),
  held: fc.oneof(fc.constantFrom(0, 0.2, 1, 30), fc.integer({ min: 0, max: 4000 })),
  local: fc.constantFrom('', 'h4'),
  'rate limit': hostileNumber,
  'http error': fc.oneof(fc.constant(0), hostileNumber),
  throw: fc.oneof(fc.constant(new Error('  refused ')), fc.anything(), fc.constant({ toString: null })),
  garbage: fc.oneof(fc.anything(), fc.constantFrom({ head: 7 }, { forked: 'yes' }, undefined, null)),
  never: fc.constant(undefined),
};

const kinds: readonly Behaviour['kind'][] = [
  'head',
  'more',
  'fork',
  'held',
  'local',
  'rate limit',
  'http error',
  'throw',
  'garbage',
  'never',
];

/** Milliseconds: at once, within a look, around the stuck limit, long after it. */
const delay = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 90_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 299_000, max: 301_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 301_000, max: 4_000_000 }) },
);

export const behaviour: fc.Arbitrary<Behaviour> = fc
  .constantFrom(...kinds)
  .chain((kind) =>
    fc.record({ kind: fc.constant(kind), delay, value: value[kind] as fc.Arbitrary<unknown> }),
  );

export const script: fc.Arbitrary<readonly Behaviour[]> = fc.array(behaviour, {
  minLength: 1,
  maxLength: 12,
});
