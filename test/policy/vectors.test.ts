import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failureBackoff } from '../../src/policy/failure-backoff.ts';
import { eligibleSyncPeers } from '../../src/policy/peer-selection.ts';
import { peerFromWire, peerToWire } from '../../src/policy/peer-wire.ts';
import { parseRetryAfter } from '../../src/policy/retry-after.ts';
import { beginSync, finishSoloSync, finishSync, shouldRunSync } from '../../src/policy/sync-run.ts';
import type { SyncWorkerState } from '../../src/policy/sync-worker-state.ts';
import { fromWire, type SyncWorkerStateWire, toWire } from '../../src/policy/sync-worker-state-wire.ts';
import { deepFreeze } from './deep-freeze.ts';

/** What a node that runs today did, recorded. `nr` finds the vector in its file. */
function vectors<T extends object>(name: string): (T & { readonly nr: number })[] {
  const text = readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as T[]).map((vector, index) => ({ ...vector, nr: index + 1 }));
}

interface BackoffVector {
  readonly base_backoff_s: number;
  readonly consecutive_failures: number;
  readonly retry_after_s: number;
  readonly cap_s: number;
  readonly delay_s: number;
}

interface HeaderVector {
  readonly header: string;
  readonly now: number;
  readonly seconds: number;
}

interface SelectionVector {
  readonly now: number;
  readonly records: readonly Record<string, unknown>[];
  readonly eligible: readonly string[];
}

interface Trace {
  readonly initial: SyncWorkerStateWire;
  readonly steps: readonly TraceStep[];
}

type TraceStep =
  | { readonly op: 'begin'; readonly args: BeginArgs; readonly state: SyncWorkerStateWire }
  | { readonly op: 'finish'; readonly args: FinishArgs; readonly state: SyncWorkerStateWire }
  | { readonly op: 'solo'; readonly args: SoloArgs; readonly state: SyncWorkerStateWire }
  | { readonly op: 'should_run'; readonly args: { readonly now: number }; readonly result: boolean };

interface BeginArgs {
  readonly peer_url: string;
  readonly current_head: string;
  readonly now: number;
}

interface FinishArgs extends BeginArgs {
  readonly ok: boolean;
  readonly error: string;
  readonly fork_detected: boolean;
  readonly interval_s: number;
  readonly failure_backoff_s: number;
  readonly failure_backoff_cap_s: number;
  readonly retry_after_s: number;
}

interface SoloArgs {
  readonly current_head: string;
  readonly now: number;
  readonly interval_s: number;
}

type ChangingStep = Exclude<TraceStep, { readonly op: 'should_run' }>;

function after(state: SyncWorkerState, step: ChangingStep): SyncWorkerState {
  const { now, current_head: currentHead } = step.args;
  if (step.op === 'solo') {
    return finishSoloSync(state, { now, currentHead, intervalSeconds: step.args.interval_s });
  }
  const peerUrl = step.args.peer_url;
  if (step.op === 'begin') return beginSync(state, { now, currentHead, peerUrl });
  return finishSync(state, {
    now,
    currentHead,
    peerUrl,
    ok: step.args.ok,
    error: step.args.error,
    forkDetected: step.args.fork_detected,
    intervalSeconds: step.args.interval_s,
    failureBackoffSeconds: step.args.failure_backoff_s,
    failureBackoffCapSeconds: step.args.failure_backoff_cap_s,
    retryAfterSeconds: step.args.retry_after_s,
  });
}

describe('the recorded behaviour holds', () => {
  const backoffs = vectors<BackoffVector>('failure-backoff');
  const headers = vectors<HeaderVector>('retry-after');
  const selections = vectors<SelectionVector>('eligible-peers');
  const traces = vectors<Trace>('state-traces');

  it('has all its vectors here', () => {
    expect([backoffs.length, headers.length, selections.length, traces.length]).toEqual([240, 260, 48, 60]);
    const ops = new Set(traces.flatMap(({ steps }) => steps.map(({ op }) => op)));
    expect([...ops].sort()).toEqual(['begin', 'finish', 'should_run', 'solo']);
  });

  it.each(backoffs)('for backoff $nr', (vector) => {
    const delay = failureBackoff({
      baseBackoffSeconds: vector.base_backoff_s,
      consecutiveFailures: vector.consecutive_failures,
      retryAfterSeconds: vector.retry_after_s,
      capSeconds: vector.cap_s,
    });
    expect(delay).toBe(vector.delay_s);
  });

  it.each(headers)('for the Retry-After $header ($nr)', ({ header, now, seconds }) => {
    expect(parseRetryAfter(header, { now })).toBe(seconds);
  });

  it.each(selections)('for the choice of peers $nr', ({ now, records, eligible }) => {
    const peers = records.map(peerFromWire);
    expect(peers.map(peerToWire)).toEqual(records);
    expect(eligibleSyncPeers(peers, { now }).map(({ peerUrl }) => peerUrl)).toEqual(eligible);
  });

  it.each(traces)('for the trace $nr', ({ initial, steps }) => {
    let state = deepFreeze(fromWire(initial));
    for (const [index, step] of steps.entries()) {
      if (step.op === 'should_run') {
        expect({ index, result: shouldRunSync(state, step.args) }).toEqual({ index, result: step.result });
        continue;
      }
      state = deepFreeze(after(state, step));
      expect({ index, state: toWire(state) }).toEqual({ index, state: step.state });
    }
  });
});
