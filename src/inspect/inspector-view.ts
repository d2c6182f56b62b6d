import type { Chart } from '../explain/read-chart.ts';
import type { ChainView } from '../operations/worker-status.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { RecordedLine, RecordingStart } from './recording/recording.ts';

/**
 * What the page is sent of one worker, as the data of an unnamed Server-Sent Event of
 * `GET /feed?worker=NAME&search=TEXT`. It is a recording that goes on: the page folds the lines into the context, and shows
 * what follows from it. All lists are bounded. Times are Unix seconds, with a fraction.
 */
export interface InspectorView {
  /** By the worker's clock, so that the page need not trust its own. */
  readonly at: number;
  /** Whether this is a worker, a recording of one, or a worker of a fleet as it is on record. */
  readonly source: 'live' | 'replay' | 'fleet';
  /**
   * The one that is watched: the one that was asked for, or the first where that one is not there (any more). '' where there is none,
   * and in a fleet where none has the id that was asked for.
   */
  readonly worker: string;
  /** Whether it is started, and not stopped since. */
  readonly started: boolean;
  /** Whether the page may ask for something, or only look. */
  readonly mayControl: boolean;
  /** What the lines go on from: in the first view, and again where the server has not kept the lines between. */
  readonly start: RecordingStart | null;
  /** The chart of the start, read; null where that is. */
  readonly chart: Chart | null;
  /** Since the last view, oldest first. */
  readonly lines: readonly RecordedLine[];
  /** How many lines between the last view and this one were not kept. */
  readonly linesDropped: number;
  /** Null where no chain is known. */
  readonly chain: ChainView | null;
  /** What the page may break and mend, if the worker's peers can do that. */
  readonly faults: readonly FaultSwitch[];
  /** Of a fleet: who holds the worker and what holds it back, or why there is none, in a sentence each. */
  readonly remarks: readonly string[];
  /** All workers; null if nothing changed since it was sent last. */
  readonly overview: WorkersOverview | null;
}

/** All workers that can be watched. */
export interface WorkersOverview {
  readonly total: number;
  /** How many are in each state. */
  readonly counts: Readonly<Partial<Record<WorkerCondition, number>>>;
  /** Those that were searched for, the worst first; the first 100. */
  readonly rows: readonly WorkerRow[];
  /** How many were found. */
  readonly found: number;
  /** Of a fleet, which has no rows: of so many workers one is found by its id. */
  readonly fleet?: FleetOverview;
}

/** A process of a fleet that was not heard for so long may be gone, in seconds: it greets every 5 s. */
export const SILENT_SECONDS = 15;

/** What stands of a fleet beside its workers. Times are Unix seconds. */
export interface FleetStanding {
  readonly name: string;
  /** Alarms: set for later, waiting for a process, being looked at, overdue by more than 5 s. */
  readonly alarms: {
    readonly delayed: number;
    readonly waiting: number;
    readonly active: number;
    readonly late: number;
  };
  /** An operator paused the queue. */
  readonly paused: boolean;
  /** The processes that work: who, and when each was last heard. */
  readonly processes: readonly {
    readonly process: string;
    readonly about: string;
    readonly seenAt: number;
  }[];
  readonly closedGates: ClosedGates;
  /** Nobody is asked before this because the store forgot; 0 if it did not. */
  readonly quietUntil: number;
}

/** A fleet as the page shows it, which lists the first hundred of its processes. */
export interface FleetOverview extends FleetStanding {
  /** Why nothing newer is known; '' if this is what there is. */
  readonly problem: string;
  readonly processCount: number;
}

/** The gates of a fleet that are closed. */
export interface ClosedGates {
  readonly count: number;
  /** The hundred that stay closed longest. Unix seconds, and the Retry-After as it came; '' if that is not known. */
  readonly longest: readonly {
    readonly origin: string;
    readonly closedUntil: number;
    readonly header: string;
  }[];
}

/** A state, or what is worse than its state. */
export type WorkerCondition = SyncOutcome | 'stuck' | 'stopped';

/** One worker among others. */
export interface WorkerRow {
  readonly name: string;
  readonly condition: WorkerCondition;
  /** When its state began; 0: never. */
  readonly since: number;
  readonly lastOkAt: number;
  readonly failures: number;
  /** When its next run may begin, or the run under way is stuck; null for one that does not run. */
  readonly next: number | null;
}

/** A peer that can be told to misbehave, as those of the demo can. */
export interface FaultSwitch {
  readonly peer: string;
  /** The present one. */
  readonly fault: string;
  readonly faults: readonly string[];
}

/**
 * What the page asks for, as the JSON body of `POST /control`. The answer is JSON: 200 with the worker's `Why` for a sync,
 * 200 with the `FaultSwitch` list for a fault; else `{ "error": "…" }` with 4xx or 5xx (403: only looking is allowed).
 */
export interface InspectorRequest {
  readonly kind: 'sync' | 'fault';
  readonly worker: string;
  /** Of a sync: whether it overrides cooldowns. @default false */
  readonly force?: boolean;
  /** Of a fault: who is to have it, and which. */
  readonly peer?: string;
  readonly fault?: string;
}
