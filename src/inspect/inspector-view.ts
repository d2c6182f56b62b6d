import type { WorkerStatus } from '../operations/worker-status.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';

/**
 * What the page is sent of one worker, as the data of an unnamed Server-Sent Event of `GET /feed?worker=NAME`. Each view
 * is whole, but for the steps and the log, which go on from the view before; the first view of a feed holds all that
 * is kept. All of its lists are bounded. Times are Unix seconds, with a fraction.
 */
export interface InspectorView {
  /** By the worker's clock, so that the page need not trust its own. */
  readonly at: number;
  /** The names of all workers that can be watched. */
  readonly workers: readonly string[];
  /** The one that is watched: the one that was asked for, or the first where that one is not there (any more). */
  readonly worker: string;
  /** Whether the page may ask for something, or only look. */
  readonly mayControl: boolean;
  /** The path of the innermost active state, as the chart's `data-state` has it. */
  readonly active: string;
  /** The transitions since the last view, oldest first; the newest 50. */
  readonly steps: readonly InspectorStep[];
  readonly status: WorkerStatus;
  /** The last runs, oldest first. */
  readonly runs: readonly InspectedRun[];
  /** What was told since the last view, oldest first. */
  readonly log: readonly InspectorLine[];
  /** How many lines between the last view and this one were not kept. */
  readonly linesDropped: number;
  /** What the page may break and mend, if the worker's peers can do that. */
  readonly faults: readonly FaultSwitch[];
}

/** One transition. */
export interface InspectorStep {
  readonly at: number;
  /** The path of the innermost state it led to. */
  readonly state: string;
  /** As the chart's `data-edge` has them. */
  readonly edges: readonly string[];
}

/** One run, and the attempts it made. */
export interface InspectedRun {
  readonly startedAt: number;
  /** Null while it is under way. */
  readonly endedAt: number | null;
  readonly outcome: Exclude<SyncOutcome, 'idle'> | 'stuck';
  readonly attempts: readonly InspectedAttempt[];
}

/** One attempt at one peer. */
export interface InspectedAttempt {
  readonly peerUrl: string;
  readonly startedAt: number;
  /** Null while it is under way. */
  readonly durationSeconds: number | null;
  readonly outcome: 'ok' | 'error' | 'fork' | 'stuck' | 'running';
  /** Why it failed; '' unless it did. */
  readonly error: string;
}

/** One line of the log. */
export interface InspectorLine {
  /** Counts up, so that a gap can be seen. */
  readonly id: number;
  readonly at: number;
  /** The type of the event, such as `run.started`. */
  readonly type: string;
  readonly text: string;
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
export type InspectorRequest =
  | { readonly kind: 'sync'; readonly worker: string; readonly force: boolean }
  | { readonly kind: 'fault'; readonly worker: string; readonly peer: string; readonly fault: string };
