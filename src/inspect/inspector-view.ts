import type { Chart } from '../explain/read-chart.ts';
import type { ChainView } from '../operations/worker-status.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { RecordedLine, RecordingStart } from './recording/recording.ts';

/**
 * A view of one worker for the page: the data of an unnamed Server-Sent Event of `GET /feed?worker=NAME&search=TEXT`. The views
 * form a continuing recording: the page folds the lines into the context and shows what follows from it. All lists are bounded.
 * Times are Unix seconds, with a fraction.
 */
export interface InspectorView {
  /** By the worker's clock, so that the page does not depend on its own. */
  readonly at: number;
  /** Whether this is a running worker, a recording, or the record of a fleet's worker. */
  readonly source: 'live' | 'replay' | 'fleet';
  /**
   * The name of the watched worker: the requested one, or the first if that does not exist. '' if there is no worker, or for a
   * fleet if none has the requested id.
   */
  readonly worker: string;
  /** Whether the worker is started. */
  readonly started: boolean;
  /** Whether the page may send requests; otherwise it is read-only. */
  readonly mayControl: boolean;
  /** The starting point of the lines: in the first view, and again if the server has dropped lines since the last view. */
  readonly start: RecordingStart | null;
  /** The parsed chart of `start`; null if that is. */
  readonly chart: Chart | null;
  /** The lines since the last view, oldest first. */
  readonly lines: readonly RecordedLine[];
  /** How many lines since the last view were dropped. */
  readonly linesDropped: number;
  /** Null if no chain is known. */
  readonly chain: ChainView | null;
  /** The faults that the page may switch, if the worker's peers can simulate any. */
  readonly faults: readonly FaultSwitch[];
  /** For a fleet: which process runs the worker and what holds it back, or why there is none, one sentence each. */
  readonly remarks: readonly string[];
  /** All workers; null if nothing changed since it was last sent. */
  readonly overview: WorkersOverview | null;
}

/** The workers that can be watched. */
export interface WorkersOverview {
  readonly total: number;
  /** How many are in each state. */
  readonly counts: Readonly<Partial<Record<WorkerCondition, number>>>;
  /** The first 100 workers that match the search, the worst first. */
  readonly rows: readonly WorkerRow[];
  /** How many match the search. */
  readonly found: number;
  /** Set for a fleet, which has no rows: it has too many workers, so one is found by its id. */
  readonly fleet?: FleetOverview;
}

/** A process of a fleet that was silent for longer than this, in seconds, may be gone: processes report every 5 s. */
export const SILENT_SECONDS = 15;

/** The state of a fleet apart from its workers. Times are Unix seconds. */
export interface FleetStanding {
  readonly name: string;
  /** Alarms: set for later, waiting for a process, being looked at, overdue by more than 5 s. */
  readonly alarms: {
    readonly delayed: number;
    readonly waiting: number;
    readonly active: number;
    readonly late: number;
  };
  /** Whether an operator paused the queue. */
  readonly paused: boolean;
  /** The processes at work, and when each was last heard from. */
  readonly processes: readonly {
    readonly process: string;
    readonly about: string;
    readonly seenAt: number;
  }[];
  readonly closedGates: ClosedGates;
  /** Until when no peer is asked because the store lost data; else 0. */
  readonly quietUntil: number;
}

/** A fleet as the page shows it, with at most 100 processes. */
export interface FleetOverview extends FleetStanding {
  /** Why the newest counts could not be read; '' if they could. */
  readonly problem: string;
  readonly processCount: number;
}

/** The closed gates of a fleet. */
export interface ClosedGates {
  readonly count: number;
  /** The 100 that stay closed longest. Unix seconds, and the value of the Retry-After header; '' if unknown. */
  readonly longest: readonly {
    readonly origin: string;
    readonly closedUntil: number;
    readonly header: string;
  }[];
}

/** The state of a worker, or a condition that overrides it. */
export type WorkerCondition = SyncOutcome | 'stuck' | 'stopped';

/** One worker in the overview. */
export interface WorkerRow {
  readonly name: string;
  readonly condition: WorkerCondition;
  /** When its state started; 0 for never. */
  readonly since: number;
  readonly lastOkAt: number;
  readonly failures: number;
  /** When its next run may start, or the run under way counts as stuck; null if the worker is stopped. */
  readonly next: number | null;
}

/** A peer that can simulate faults, as those of the demo can. */
export interface FaultSwitch {
  readonly peer: string;
  /** The current one. */
  readonly fault: string;
  readonly faults: readonly string[];
}

/**
 * A request of the page, as the JSON body of `POST /control`. The answer is JSON: 200 with the worker's `Why` for a sync,
 * 200 with the `FaultSwitch` list for a fault; else `{ "error": "…" }` with 4xx or 5xx (403: the page is read-only).
 */
export interface InspectorRequest {
  readonly kind: 'sync' | 'fault';
  readonly worker: string;
  /** For a sync: whether it overrides cooldowns. @default false */
  readonly force?: boolean;
  /** For a fault: the peer, and the fault to simulate. */
  readonly peer?: string;
  readonly fault?: string;
}
