import { describe, expect, it } from 'vitest';
import { finishSoloSync, finishSync, recordSyncFailure } from '../../src/core.ts';
import { waitReason } from '../../src/demo/wait-reason.ts';
import { explain } from '../../src/explain/why.ts';
import {
  createPeerRecord,
  defaultPolicy,
  initialSyncState,
  type PeerRecord,
  type SyncWorkerState,
} from '../../src/index.ts';
import { createWorkerContext } from '../../src/schedule/worker-context.ts';

const now = 1000;
const start = initialSyncState();
const failed = (retryAfterSeconds = 0): SyncWorkerState =>
  finishSync({ ...start, consecutiveFailures: 1 }, { ok: false, now, retryAfterSeconds });
const peer = (name: string, cooldownUntil = 0): PeerRecord =>
  createPeerRecord({ peerUrl: `http://${name}`, cooldownUntil });
const waiting = (name: string, retryAfterSeconds: number): PeerRecord =>
  recordSyncFailure(peer(name), { now, error: '', retryAfterSeconds, failureBackoffSeconds: 0 });

function reason(state: SyncWorkerState, peers: readonly PeerRecord[], at = now + 2): string {
  const why = explain(createWorkerContext({ state, peers }), at);
  return waitReason(why, defaultPolicy, (url) => new URL(url).hostname);
}

describe('why the worker waits', () => {
  it('is nothing before the first run', () => {
    expect(reason({ ...start, nextSyncDueAt: 1003 }, [peer('a')])).toBe('');
  });

  it('is the interval after a good run and after a solo turn', () => {
    expect(reason(finishSync(start, { ok: true, now }), [peer('a')])).toBe('interval 5 min');
    expect(reason(finishSoloSync(start, { now }), [])).toBe('interval 5 min');
  });

  it('is the pause between runs where the interval is shorter', () => {
    expect(reason(finishSync(start, { ok: true, now, intervalSeconds: 0 }), [peer('a')], now)).toBe(
      'a short pause between runs',
    );
  });

  it('is the backoff of the worker, with the failures in a row', () => {
    expect(reason(failed(), [peer('a'), peer('b', 1500)])).toBe('backoff after failure 2');
    expect(reason(failed(), [peer('a', 1120)])).toBe('backoff after failure 2');
    expect(reason(failed(), [waiting('a', 30)])).toBe('backoff after failure 2');
  });

  it('is a Retry-After that lasts longer', () => {
    expect(reason(failed(300), [waiting('a', 400), waiting('b', 300)])).toBe('Retry-After of b');
  });

  it('is the cooldown of the first peer where all are cooling down', () => {
    expect(reason(failed(300), [peer('a', 1300), peer('b', 1400)])).toBe('cooldown of a');
    expect(reason(failed(), [peer('a', 1300), peer('b', 1400)], 1200)).toBe('cooldown of a');
  });
});
