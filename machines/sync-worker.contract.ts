import type {
  ActorRefFrom,
  AnyActorRef,
  EventObject,
  MetaObject,
  NonReducibleUnknown,
  PromiseActorLogic,
  StateMachine,
  StateSchema,
} from 'xstate';
import type { SyncOutcome } from '../src/policy/sync-worker-state.ts';
import type { SyncFunction } from '../src/schedule/attempt.ts';
import type { AttemptInput } from '../src/schedule/run-attempt.ts';
import type { WorkerContext, WorkerInput } from '../src/schedule/worker-context.ts';
import type { ChartEvent, SyncWorkerEmitted, SyncWorkerEvent } from '../src/schedule/worker-events.ts';

/** What the chart needs from outside. Workers that share a machine share one set of these. */
export interface SyncWorkerPorts {
  /** One attempt at one peer. */
  readonly sync: SyncFunction;
  /** Wall time in Unix seconds, with a fraction. Does not throw. */
  readonly now: () => number;
  /** A number from 0 to 1, for jitter and spread. Does not throw. */
  readonly random: () => number;
}

/** The top level is the worker's `lastOutcome`. */
export type SyncWorkerStateValue =
  | Exclude<SyncOutcome, 'running'>
  | { running: 'attempting' | 'failed' | 'abandoned' };

type AttemptActor = {
  src: 'attempt';
  logic: PromiseActorLogic<unknown, AttemptInput>;
  id?: string;
};

type MachineFor<Event extends EventObject> = StateMachine<
  WorkerContext,
  Event,
  Record<string, AnyActorRef | undefined>,
  AttemptActor,
  { type: string; params: unknown },
  { type: string; params: unknown },
  'startDelay' | 'interval' | 'backoff' | 'cooldown' | 'stuckTimeout' | 'attemptTimeout',
  SyncWorkerStateValue,
  'waiting' | 'running',
  WorkerInput | undefined,
  NonReducibleUnknown,
  SyncWorkerEmitted,
  MetaObject,
  StateSchema
>;

/** The chart with its internal events, which only the chart itself and its worker send. @internal */
export type SyncWorkerChart = MachineFor<ChartEvent>;

/** The chart, as XState types it. */
export type SyncWorkerMachine = MachineFor<SyncWorkerEvent>;

/** A running worker. */
export type SyncWorkerActor = ActorRefFrom<SyncWorkerMachine>;
