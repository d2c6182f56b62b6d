import { createEmptyActor } from 'xstate';
import { createHttpSync, type HttpSyncOptions } from '../../src/demo/http-sync.ts';
import { createPeerRecord } from '../../src/policy/peer-record.ts';
import { type AttemptResult, runAttempt, type SyncOptions } from '../../src/scheduling/attempt.ts';

/** 2026-01-02 03:04:05.5 UTC. */
export const NOW = 1767323045.5;

export interface Puller {
  /** One attempt, just as the worker makes it. */
  pull(url: string, options?: Partial<Pick<SyncOptions, 'signal' | 'now'>>): Promise<AttemptResult>;
  events(): number;
}

/** One worker's memory and its sync function over real HTTP. */
export function createPuller(options: HttpSyncOptions & { readonly head?: string } = {}): Puller {
  const { head = '', ...rest } = options;
  // No limit unless the test is about it: a slow machine must not decide.
  const http = createHttpSync({ requestTimeoutSeconds: 600, ...rest });
  const worker = createEmptyActor();
  return {
    pull: (url, { signal = new AbortController().signal, now = () => NOW } = {}) =>
      runAttempt(http.sync, createPeerRecord(url), { signal, head, now, worker }),
    events: () => http.eventsOf(worker),
  };
}
