import type { Held } from '../explain/held-text.ts';
import type { Why } from '../explain/why.ts';
import type { InspectOptions, InspectorPage } from '../inspect/inspection.ts';
import type { FleetStanding } from '../inspect/inspector-view.ts';
import type { PeerRecord, PeerRecordInput } from '../policy/peer-record.ts';
import type { SyncPolicyOptions } from '../policy/sync-policy.ts';
import type { SyncOutcome, SyncWorkerState } from '../policy/sync-worker-state.ts';
import type { FleetEvent } from './fleet-events.ts';

/** A worker to be added. */
export interface FleetWorkerInput {
  /** 1 to 200 bytes of any text. */
  readonly id: string;
  /** URLs or records. @default [] */
  readonly peers?: readonly (string | PeerRecordInput)[] | undefined;
  /** What its policy has other than the fleet's. */
  readonly policy?: SyncPolicyOptions | undefined;
  /** The ten fields of an earlier life, say on one machine. */
  readonly state?: SyncWorkerState | undefined;
}

/** Why a worker of a fleet waits, or does not. */
export interface FleetWhy extends Why, Held {
  readonly id: string;
}

/** What all workers of a fleet may do at one origin, and do. Times are Unix seconds. */
export interface FleetPeer {
  readonly origin: string;
  /** 0: it is open. */
  readonly closedUntil: number;
  /** The Retry-After that closed it, as it came; '' if that is not known. */
  readonly header: string;
  /** The workers that ask it now. */
  readonly inFlight: readonly string[];
  /** The first hundred that wait for a slot. */
  readonly waiting: readonly { readonly id: string; readonly slot: number }[];
  readonly waitingCount: number;
}

/** A fleet by its counts. */
export interface FleetStatus extends FleetStanding {
  /** Time of the store, in Unix seconds with a fraction. */
  readonly at: number;
  readonly workers: number;
  /** How many workers are in each state. */
  readonly states: Readonly<Partial<Record<SyncOutcome, number>>>;
}

/** Something that a fleet depends on and cannot set itself. */
export interface FleetFinding {
  /** `problem`: waits or workers may be lost. */
  readonly level: 'ok' | 'warning' | 'problem';
  readonly what: string;
}

/** How a process works. */
export interface FleetWorkOptions {
  /** Runs at a time. @default 64 */
  readonly concurrency?: number | undefined;
  /** How long `stop()` lets runs go on before it aborts and withdraws them, in seconds. @default 10 */
  readonly drainSeconds?: number | undefined;
}

/** A process that works. */
export interface FleetWork extends AsyncDisposable {
  /** Takes no further run, waits for those under way, then aborts and withdraws them. */
  stop(): Promise<void>;
}

/** Any number of workers over any number of processes and machines. */
export interface Fleet<Details = unknown> extends AsyncDisposable {
  /** Connects; every other call does so too. @throws FleetError */
  open(): Promise<void>;
  /**
   * Adds a worker. One that is there keeps what it knows, and takes the peers and the policy that are given.
   *
   * @returns whether it is new
   * @throws TypeError or RangeError for what is malformed, FleetError
   */
  add(id: string, worker?: Omit<FleetWorkerInput, 'id'>): Promise<boolean>;
  /** The same for many, in batches. @returns how many are new */
  addMany(workers: Iterable<FleetWorkerInput> | AsyncIterable<FleetWorkerInput>): Promise<number>;
  /** Takes a worker off. A run under way is aborted by nobody; its result is dropped. @returns whether it was there */
  remove(id: string): Promise<boolean>;
  requestSync(id: string, options?: { readonly force?: boolean }): Promise<void>;
  setPeers(id: string, peers: readonly (string | PeerRecordInput)[]): Promise<void>;
  peerSeen(id: string, peerUrl: string): Promise<void>;
  /** With `force` its Retry-After too, and the gate of its origin is opened for the whole fleet. */
  resetPeer(id: string, peerUrl: string, options?: { readonly force?: boolean }): Promise<void>;
  /** What this worker's policy has other than the fleet's. */
  setPolicy(id: string, policy: SyncPolicyOptions): Promise<void>;
  /** The ten fields and the peers, as they are on record; undefined for a worker that is not there. */
  get(
    id: string,
  ): Promise<{ readonly state: SyncWorkerState; readonly peers: readonly PeerRecord[] } | undefined>;
  /** @throws FleetError for an unknown worker */
  why(id: string): Promise<FleetWhy>;
  /** The gate of a peer. @throws TypeError for what is no URL */
  peer(peerUrl: string): Promise<FleetPeer>;
  status(): Promise<FleetStatus>;
  /** Looks at Redis: version, persistence, eviction, memory, replicas, clock. */
  doctor(): Promise<readonly FleetFinding[]>;
  /**
   * Serves the inspector's page on 127.0.0.1: the counts, the closed gates, who works, and one worker by its id. While somebody watches,
   * it reads the counts and the record of each worker that is watched once a second; viewers only look.
   *
   * @throws RangeError for a port, Error for a port in use, FleetError
   */
  inspect(options?: Pick<InspectOptions, 'port'>): Promise<InspectorPage>;
  /** Looks at workers as they are due, in this process. @throws TypeError without a sync function, and for an option */
  work(options?: FleetWorkOptions): FleetWork;
  /** What this process does; other processes emit theirs. Returns what takes the listener off. */
  on<Type extends FleetEvent['type'] | '*'>(
    type: Type,
    listener: (
      event: Type extends '*' ? FleetEvent<Details> : Extract<FleetEvent<Details>, { type: Type }>,
    ) => unknown,
    options?: { readonly signal?: AbortSignal },
  ): () => void;
  /** Stops the work of this process, ends its pages, and disconnects. */
  close(): Promise<void>;
}
