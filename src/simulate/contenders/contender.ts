import type { WorkerClock } from '../../clock/worker-clock.ts';
import type { SyncPolicy } from '../../policy/sync-policy.ts';
import type { RefusableResponse } from '../../policy/throw-if-refused.ts';
import type { SyncStorage } from '../../storage/storage.ts';

/** The answer of a peer: those parts of a `fetch` response that contenders read. */
export interface SimulatedAnswer extends RefusableResponse {
  /** The head of the peer's chain, which grows every few minutes. */
  readonly head: string;
}

/** What one worker gets from the simulation, between its start and its stop. */
export interface SimulatedNode {
  /** From 0. */
  readonly index: number;
  /** The peers it knows, in random order. */
  readonly peers: readonly string[];
  readonly policy: SyncPolicy;
  /** Keeps its data over a restart. */
  readonly storage: SyncStorage;
  /** Virtual time, as this worker's wall clock shows it. */
  readonly clock: WorkerClock;
  /** From 0 up to 1, determined by the seed. All workers share one function. */
  readonly random: () => number;
  /**
   * Sends one request. If there is no answer, rejects with an error whose `code` is ECONNREFUSED or UND_ERR_HEADERS_TIMEOUT.
   * Never settles after the worker was stopped.
   */
  ask(peerUrl: string, signal?: AbortSignal): Promise<SimulatedAnswer>;
  /** Ends the simulation with an error from which the contender cannot recover. */
  fail(error: unknown): void;
}

/** A running worker. */
export interface SimulatedLife {
  stop(): void | Promise<void>;
}

/** A way of pulling and retrying, to compare with others. */
export interface Contender {
  /** Its name in options, assertions and JSON. */
  readonly name: string;
  /** Its name in a report. */
  readonly title: string;
  /** What it does, in one line. */
  readonly note: string;
  /** Starts to pull. Called once per worker, and again after each restart. */
  start(node: SimulatedNode): SimulatedLife;
}

/** Resolves after virtual seconds. */
export function sleep(node: SimulatedNode, seconds: number): Promise<void> {
  return new Promise((resolve) => void node.clock.setTimeout(resolve, seconds * 1000));
}

/** Runs a loop as a worker. A stop needs no code: the loop's next request never settles. */
export function loopLife(node: SimulatedNode, loop: () => Promise<never>): SimulatedLife {
  loop().catch(node.fail);
  return { stop: () => undefined };
}

/** Returns the peers of a node in turn. */
export function takeTurns({ peers }: SimulatedNode): () => string {
  let turn = -1;
  return () => {
    turn += 1;
    const peer = peers[turn % peers.length];
    if (peer === undefined) throw new Error('the node has no peer');
    return peer;
  };
}
