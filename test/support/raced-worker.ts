import { createActor } from 'xstate';
import {
  createPeerList,
  createSyncWorkerMachine,
  type SyncWorkerActor,
  type SyncWorkerEmitted,
} from '../../src/core.ts';
import {
  createVirtualClock,
  initialSyncState,
  type PeerRecordInput,
  type SyncAnswer,
  type VirtualClock,
} from '../../src/index.ts';
import { expectEventsInOrder } from '../../src/testing/invariants/event-order.ts';
import { expectEqual, expectThat } from './cheap-expect.ts';

/** An attempt that somebody else ends. */
export interface RacedAttempt {
  readonly peerUrl: string;
  readonly signal: AbortSignal;
  /** Takes the answer of the worker's choice, as often as it is called. */
  readonly answer: (answer: SyncAnswer) => void;
  readonly fail: (error: unknown) => void;
}

/** A worker whose attempts end when a race says so, on a clock that begins at second 1,800,000,000. */
export interface RacedWorker {
  readonly clock: VirtualClock;
  readonly attempts: readonly RacedAttempt[];
  /** What each life told. */
  readonly lives: readonly (readonly SyncWorkerEmitted[])[];
  actor(): SyncWorkerActor;
  /** Lets seconds pass at once, without giving a promise the time to settle. */
  pass(seconds: number): void;
  /** Stops the worker and starts another one from what it had told. */
  restart(): void;
  /** What must hold between any two steps of any race. */
  expectFair(): void;
}

export function startRacedWorker(
  peers: readonly (string | PeerRecordInput)[],
  attempted: (attempt: RacedAttempt) => void = () => undefined,
): RacedWorker {
  const clock = createVirtualClock(1_800_000_000_000);
  const attempts: RacedAttempt[] = [];
  const signals: AbortSignal[] = [];
  const lives: SyncWorkerEmitted[][] = [];
  let kept = { state: initialSyncState(), peers: createPeerList(peers) };
  const machine = createSyncWorkerMachine({
    now: () => clock.now() / 1000,
    random: () => 0,
    sync: ({ peerUrl }, { signal }) => {
      signals.push(signal);
      return {
        // A thenable and not a promise, because a promise cannot be settled twice.
        // biome-ignore lint/suspicious/noThenProperty: see above
        then: (answer, fail) => {
          const attempt = { peerUrl, signal, answer: answer ?? never, fail: fail ?? never };
          attempts.push(attempt);
          attempted(attempt);
          return never as never;
        },
      };
    },
  });
  const start = (): SyncWorkerActor => {
    const told: SyncWorkerEmitted[] = [];
    lives.push(told);
    const actor = createActor(machine, { clock, input: kept });
    actor.on('*', (event) => {
      told.push(event);
      if ('state' in event) kept = { ...kept, state: event.state };
      if ('peers' in event) kept = { ...kept, peers: event.peers };
    });
    return actor.start();
  };
  let actor = start();
  return {
    clock,
    attempts,
    lives,
    actor: () => actor,
    pass: (seconds) => clock.advanceTo(clock.now() + seconds * 1000),
    restart: () => {
      actor.stop();
      actor = start();
    },
    expectFair: () => {
      const { status, value, context } = actor.getSnapshot();
      expectThat(status !== 'error', () => 'the actor is dead');
      expectEqual(typeof value === 'string' ? value : 'running', context.worker.lastOutcome);
      expectEqual(context.worker, kept.state);
      expectEqual(context.peers, kept.peers);
      const told = lives.flat().map(({ type }) => type);
      expectEqual(signals.length, told.filter((type) => type === 'attempt.started').length);
      // An attempt that told its end is not aborted, any other that was left behind is.
      const ended = told.filter((type) => type === 'attempt.finished').length;
      const underWay = signals.filter(({ aborted }) => !aborted).length - ended;
      const isAttempting = status === 'active' && actor.getSnapshot().matches({ running: 'attempting' });
      expectEqual(underWay, isAttempting ? 1 : 0, 'attempts under way');
      for (const life of lives) {
        const order = expectEventsInOrder((breach) => expectThat(false, () => breach));
        for (const { type } of life) order.emitted(type);
      }
    },
  };
}

function never(): undefined {
  return undefined;
}
