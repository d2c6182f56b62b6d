import type { Held } from '../explain/held-text.ts';
import type { Why } from '../explain/why.ts';
import type { InspectOptions, InspectorPage } from '../inspect/inspection.ts';
import type { FleetStanding } from '../inspect/inspector-view.ts';
import type { PeerRecord, PeerRecordInput } from '../policy/peer-record.ts';
import type { SyncPolicyOptions } from '../policy/sync-policy.ts';
import type { SyncOutcome, SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { FleetEvent } from './fleet-events.ts';

/** A worker to add. */
export interface FleetWorkerInput {
  /** Any text of 1 to 200 bytes. */
  readonly id: string;
  /** URLs or records. @default [] */
  readonly peers?: readonly (string | PeerRecordInput)[] | undefined;
  /** Options that override the fleet's policy for this worker. */
  readonly policy?: SyncPolicyOptions | undefined;
  /** The ten fields to start from, for a worker that ran elsewhere before. */
  readonly state?: SyncWorkerState | undefined;
}

/** Why a worker of a fleet waits, or does not. */
export interface FleetWhy extends Why, Held {
  readonly id: string;
}

/** The gate of one origin and the workers at it. Times are Unix seconds. */
export interface FleetPeer {
  readonly origin: string;
  /** 0 while it is open. */
  readonly closedUntil: number;
  /** The value of the Retry-After header that closed it; '' if unknown. */
  readonly header: string;
  /** The workers that are asking a peer there now. */
  readonly inFlight: readonly string[];
  /** The first hundred that wait for a slot. */
  readonly waiting: readonly { readonly id: string; readonly slot: number }[];
  readonly waitingCount: number;
}

/** The counts of a fleet. */
export interface FleetStatus extends FleetStanding {
  /** The store's time, in Unix seconds with a fraction. */
  readonly at: number;
  readonly workers: number;
  /** How many workers are in each state. */
  readonly states: Readonly<Partial<Record<SyncOutcome, number>>>;
}

/** One finding about something that a fleet depends on and cannot set itself. */
export interface FleetFinding {
  /** `problem`: waits or workers may be lost. */
  readonly level: 'ok' | 'warning' | 'problem';
  readonly what: string;
}

/** How a process runs the workers. */
export interface FleetWorkOptions {
  /** Runs at a time. @default 64 */
  readonly concurrency?: number | undefined;
  /** How long `stop()` lets runs go on before it aborts and withdraws them, in seconds. @default 10 */
  readonly drainSeconds?: number | undefined;
}

/** The work of this process. */
export interface FleetWork extends AsyncDisposable {
  /** Takes no further run, waits for those under way, then aborts and withdraws them. */
  stop(): Promise<void>;
}

/** Any number of workers, in any number of processes and machines. */
export interface Fleet<Details = unknown> extends AsyncDisposable {
  /** Connects; any other call connects too. @throws FleetError */
  open(): Promise<void>;
  /**
   * Adds a worker. An existing one keeps its state and takes the peers and the policy that are given.
   *
   * @returns whether it is new
   * @throws TypeError or RangeError for what is malformed, FleetError
   */
  add(id: string, worker?: Omit<FleetWorkerInput, 'id'>): Promise<boolean>;
  /** The same for many, in batches. @returns how many are new */
  addMany(workers: Iterable<FleetWorkerInput> | AsyncIterable<FleetWorkerInput>): Promise<number>;
  /** Removes a worker. A run under way is not aborted, but its result is dropped. @returns whether the worker existed */
  remove(id: string): Promise<boolean>;
  requestSync(id: string, options?: { readonly force?: boolean }): Promise<void>;
  setPeers(id: string, peers: readonly (string | PeerRecordInput)[]): Promise<void>;
  peerSeen(id: string, peerUrl: string): Promise<void>;
  /** `force` also drops its Retry-After and opens the gate of its origin for the whole fleet. */
  resetPeer(id: string, peerUrl: string, options?: { readonly force?: boolean }): Promise<void>;
  /** Replaces the options that override the fleet's policy for this worker. */
  setPolicy(id: string, policy: SyncPolicyOptions): Promise<void>;
  /** The ten fields and the peers as recorded; undefined for an unknown worker. */
  get(
    id: string,
  ): Promise<{ readonly state: SyncWorkerState; readonly peers: readonly PeerRecord[] } | undefined>;
  /** @throws FleetError for an unknown worker */
  why(id: string): Promise<FleetWhy>;
  /** The gate of a peer. @throws TypeError for what is no URL */
  peer(peerUrl: string): Promise<FleetPeer>;
  status(): Promise<FleetStatus>;
  /** Checks Redis: version, persistence, eviction, memory, replicas, clock. */
  doctor(): Promise<readonly FleetFinding[]>;
  /**
   * Serves the inspector's page, read-only, on 127.0.0.1: the counts, the closed gates, the processes at work, and one worker by
   * its id. While somebody is watching, it reads the counts and the record of each watched worker once a second.
   *
   * @throws RangeError for an invalid port, Error for a port in use, FleetError
   */
  inspect(options?: Pick<InspectOptions, 'port'>): Promise<InspectorPage>;
  /** Runs workers that are due, in this process. @throws TypeError without a sync function or for an invalid option */
  work(options?: FleetWorkOptions): FleetWork;
  /** Listens to what this process does; each process emits its own events. @returns a function that removes the listener */
  on<Type extends FleetEvent['type'] | '*'>(
    type: Type,
    listener: (
      event: Type extends '*' ? FleetEvent<Details> : Extract<FleetEvent<Details>, { type: Type }>,
    ) => unknown,
    options?: { readonly signal?: AbortSignal },
  ): () => void;
  /** Stops the work of this process, closes its pages, and disconnects. */
  close(): Promise<void>;
}
