import type { ShownChain } from '../operations/worker-status.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import type { InspectorPart } from './inspector-part.ts';
import type { FaultSwitch } from './inspector-view.ts';

/** What is shown of workers, where, and what a viewer may do. */
export interface InspectOptions {
  /** On 127.0.0.1. 0 takes a free one. @default 0 */
  readonly port?: number | undefined;
  /** Whether a viewer may request a sync and switch faults; otherwise all may only look. @default false */
  readonly control?: boolean | undefined;
  /** The chains the workers pull to, by the workers' names; a single worker has the name `worker`. */
  readonly chains?: Readonly<Record<string, ShownChain>> | undefined;
  /** What can be broken and mended on the page. @default nothing */
  readonly faults?: FaultSource | undefined;
  /** Other people's viewers: `statelyInspector()`, `classicInspector()`. @default none */
  readonly parts?: readonly InspectorPart[] | undefined;
}

/** Peers that can be told to misbehave. */
export interface FaultSource {
  switches(worker: string): readonly FaultSwitch[];
  set(peer: string, fault: string, worker: string): void;
}

/** A page that is served. */
export interface InspectorPage extends AsyncDisposable {
  /** The local page. */
  readonly url: string;
  /** Ends all viewers, takes everything off the workers, and leaves no handle. */
  close(): Promise<void>;
}

/** Workers that are being inspected. */
export interface Inspection extends InspectorPage {
  /** What to open for the other viewers, in the order of `parts`. */
  readonly partUrls: readonly string[];
  /** @throws TypeError for a name that is taken or not fit to be shown */
  add(name: string, worker: SyncWorker, chain?: ShownChain): void;
  /** Lets go of a worker; a name that is not known is no error. */
  remove(name: string): void;
}
