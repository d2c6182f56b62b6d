import type { ShownChain } from '../operations/worker-status.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import type { ClassicPartOptions } from './classic/classic-part.ts';
import type { FaultSwitch } from './inspector-view.ts';
import type { StatelyPartOptions } from './stately/stately-part.ts';

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
  /** Also for the Stately Inspector: the page that is opened sees what the workers tell. @default false */
  readonly stately?: boolean | StatelyPartOptions | undefined;
  /** Also for the classic Stately visualizer. @default false */
  readonly classic?: boolean | Omit<ClassicPartOptions, 'control'> | undefined;
}

/** Peers that can be told to misbehave. */
export interface FaultSource {
  switches(worker: string): readonly FaultSwitch[];
  set(peer: string, fault: string, worker: string): void;
}

/** Workers that are being inspected. */
export interface Inspection extends AsyncDisposable {
  /** The local page. */
  readonly url: string;
  /** What to open for the Stately Inspector; undefined unless asked for. */
  readonly statelyUrl: string | undefined;
  /** What to open for the classic visualizer; undefined unless asked for. */
  readonly classicUrl: string | undefined;
  /** @throws TypeError for a name that is taken or not fit to be shown */
  add(name: string, worker: SyncWorker, chain?: ShownChain): void;
  /** Lets go of a worker; a name that is not known is no error. */
  remove(name: string): void;
  /** Ends all viewers, takes everything off the workers, and leaves no handle. */
  close(): Promise<void>;
}
