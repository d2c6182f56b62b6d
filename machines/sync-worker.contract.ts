import type {
  ActorRefFrom,
  AnyActorRef,
  MetaObject,
  NonReducibleUnknown,
  PromiseActorLogic,
  StateMachine,
  StateSchema,
} from 'xstate';
import type { PeerRecord } from '../src/policy/peer-record.ts';
import type { SyncOutcome } from '../src/policy/sync-worker-state.ts';
import type { AttemptResult, SyncFunction } from '../src/schedule/attempt.ts';
import type { WorkerContext, WorkerInput } from '../src/schedule/worker-context.ts';
import type { SyncWorkerEmitted, SyncWorkerEvent } from '../src/schedule/worker-events.ts';

/** The world outside, as the machine knows it. Many workers may share one machine and so one set of these. */
export interface SyncWorkerPorts {
  /** One attempt at one peer. A machine without it fails every attempt. */
  readonly sync?: SyncFunction;
  /** Wall time in Unix seconds, with a fraction. @default the system's */
  readonly now?: () => number;
  /** A number from 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number;
  /** Told when `now` or `random` throws or gives no number. @default a process warning */
  readonly report?: (error: Error) => void;
}

/** The input of an attempt, for those who provide an actor of their own in place of a `sync` function. */
export interface AttemptInput {
  readonly peer: PeerRecord | undefined;
  /** The chain head last known; '' if none is. */
  readonly head: string;
  readonly worker: AnyActorRef;
}

/** The top level is the worker's `lastOutcome`. */
export type SyncWorkerStateValue =
  | Exclude<SyncOutcome, 'running'>
  | { running: 'abandoned' | { attempting: 'pending' } };

type AttemptActor = {
  src: 'attempt';
  logic: PromiseActorLogic<AttemptResult, AttemptInput>;
  id: string | undefined;
};

/** The chart, as XState types it. */
export type SyncWorkerMachine = StateMachine<
  WorkerContext,
  SyncWorkerEvent,
  Record<string, AnyActorRef | undefined>,
  AttemptActor,
  { type: string; params: unknown },
  { type: string; params: unknown },
  'untilDue' | 'untilStuck',
  SyncWorkerStateValue,
  string,
  WorkerInput | undefined,
  NonReducibleUnknown,
  SyncWorkerEmitted,
  MetaObject,
  StateSchema
>;

/** A running worker. */
export type SyncWorkerActor = ActorRefFrom<SyncWorkerMachine>;
