import type { ShownChain } from '../operations/worker-status.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import type { InspectorPart } from './inspector-part.ts';
import type { FaultSwitch } from './inspector-view.ts';

/** Options of `inspectWorker()`. */
export interface InspectOptions {
  /** A port on 127.0.0.1. 0 takes a free one. @default 0 */
  readonly port?: number | undefined;
  /** Whether viewers may request a sync and switch faults; otherwise the page is read-only. @default false */
  readonly control?: boolean | undefined;
  /** The chains that the workers pull, by the workers' names; a single worker has the name `worker`. */
  readonly chains?: Readonly<Record<string, ShownChain>> | undefined;
  /** Faults that viewers can switch on and off. @default none */
  readonly faults?: FaultSource | undefined;
  /** Third-party viewers: `statelyInspector()`, `classicInspector()`. @default none */
  readonly parts?: readonly InspectorPart[] | undefined;
}

/** Peers that can simulate faults. */
export interface FaultSource {
  switches(worker: string): readonly FaultSwitch[];
  set(peer: string, fault: string, worker: string): void;
}

/** A served inspector page. */
export interface InspectorPage extends AsyncDisposable {
  /** The address of the local page. */
  readonly url: string;
  /** Disconnects all viewers, removes everything from the workers, and leaves no handle open. */
  close(): Promise<void>;
}

/** A running inspection of workers. */
export interface Inspection extends InspectorPage {
  /** The addresses of the third-party viewers, in the order of `parts`. */
  readonly partUrls: readonly string[];
  /** Adds a worker. @throws TypeError for a name that is taken or cannot be shown */
  add(name: string, worker: SyncWorker, chain?: ShownChain): void;
  /** Removes a worker. An unknown name is ignored. */
  remove(name: string): void;
}
