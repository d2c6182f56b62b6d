import type { WorkerClock } from '../../clock/worker-clock.ts';
import type { SyncPolicy } from '../../policy/sync-policy.ts';
import type { RefusableResponse } from '../../policy/throw-if-refused.ts';
import type { SyncStorage } from '../../storage/storage.ts';

/** What a peer answers; of a `fetch` response the part that is read. */
export interface SimulatedAnswer extends RefusableResponse {
  /** The head of the peer's chain, which grows every few minutes. */
  readonly head: string;
}

/** One worker from a start to its stop, and all that it has of the world. */
export interface SimulatedNode {
  /** From 0. */
  readonly index: number;
  /** The peers it knows, in an order of its own. */
  readonly peers: readonly string[];
  readonly policy: SyncPolicy;
  /** What it saves is there again after a restart. */
  readonly storage: SyncStorage;
  /** Virtual time, as this worker's wall clock shows it. */
  readonly clock: WorkerClock;
  /** From 0 up to 1, determined by the seed. One function for all workers. */
  readonly random: () => number;
  /**
   * One request. Rejects with an error that has a `code`, as a request does that finds nobody: ECONNREFUSED, or
   * UND_ERR_HEADERS_TIMEOUT. Never settles for a worker that was stopped.
   */
  ask(peerUrl: string, signal?: AbortSignal): Promise<SimulatedAnswer>;
  /** Ends the simulation: what a contender cannot go on after. */
  fail(error: unknown): void;
}

/** A worker from its start to its stop. */
export interface SimulatedLife {
  stop(): void | Promise<void>;
}

/** One way of pulling again and again, to be simulated beside others. */
export interface Contender {
  /** How it is called in options, assertions and JSON. */
  readonly name: string;
  /** How it is called in a report. */
  readonly title: string;
  /** What it does, in a line. */
  readonly note: string;
  /** Begins to pull; called again after a restart. */
  start(node: SimulatedNode): SimulatedLife;
}

/** Virtual seconds pass. */
export function sleep(node: SimulatedNode, seconds: number): Promise<void> {
  return new Promise((resolve) => void node.clock.setTimeout(resolve, seconds * 1000));
}

/** A life that is one loop; it ends where its next request is never answered. */
export function loopLife(node: SimulatedNode, loop: () => Promise<never>): SimulatedLife {
  loop().catch(node.fail);
  return { stop: () => undefined };
}

/** Goes around the peers of a node: each turn the one that the last turn did not have. */
export function takeTurns({ peers }: SimulatedNode): () => string {
  let turn = -1;
  return () => {
    turn += 1;
    const peer = peers[turn % peers.length];
    if (peer === undefined) throw new Error('the node has no peer');
    return peer;
  };
}
