import { describe, expect, it } from 'vitest';
import {
  beginSync,
  continueSync,
  type FinishSyncOptions,
  finishSoloSync,
  finishSync,
  lastSettled,
  shouldRunSync,
  withdrawSync,
} from '../../src/policy/sync-run.ts';
import { initialSyncState, type SyncWorkerState } from '../../src/policy/sync-worker-state.ts';
import { fc } from '../support/property.ts';
import { anyNumber, anyTime, isStorable, wholeTime } from './any-number.ts';
import { anySyncState, anyText } from './any-sync-state.ts';
import { deepFreeze } from './deep-freeze.ts';

const frozenState = anySyncState.map(deepFreeze);
const MOST = Number.MAX_SAFE_INTEGER;

/** Every option there is, each of them often left out. */
const anyFinish: fc.Arbitrary<FinishSyncOptions> = fc.record(
  {
    ok: fc.boolean(),
    now: anyTime,
    peerUrl: anyText,
    currentHead: anyText,
    error: anyText,
    forkDetected: fc.boolean(),
    intervalSeconds: anyNumber,
    retryAfterSeconds: anyNumber,
    failureBackoffSeconds: anyNumber,
    failureBackoffCapSeconds: anyNumber,
    jitterRatio: anyNumber,
    random: anyNumber,
  },
  { requiredKeys: ['ok', 'now'] },
);

function numbersOf(state: SyncWorkerState): number[] {
  return Object.values(state).filter((value) => typeof value === 'number');
}

function truncated(now: number): number {
  if (Number.isNaN(now)) return 0;
  return Math.max(-MOST, Math.min(MOST, now < 0 ? -Math.floor(-now) : Math.floor(now))) || 0;
}

describe('beginSync', () => {
  it('notes the start, clears error and fork, and keeps what the last run left', () => {
    fc.assert(
      fc.property(frozenState, anyTime, anyText, anyText, (state, now, peerUrl, currentHead) => {
        expect(beginSync(state, { now, peerUrl, currentHead })).toStrictEqual({
          ...state,
          lastSyncStartedAt: truncated(now),
          lastPeerUrl: peerUrl === '' ? state.lastPeerUrl : peerUrl,
          lastError: '',
          lastOutcome: 'running',
          currentHead: currentHead === '' ? state.currentHead : currentHead,
          forkDetected: false,
        });
      }),
    );
  });

  it('needs no peer and no head', () => {
    fc.assert(
      fc.property(frozenState, anyTime, (state, now) => {
        const { lastPeerUrl, currentHead } = beginSync(state, { now });
        expect({ lastPeerUrl, currentHead }).toEqual({
          lastPeerUrl: state.lastPeerUrl,
          currentHead: state.currentHead,
        });
      }),
    );
  });
});

describe('finishSync', () => {
  it('folds a good run: failures 0, error cleared, due after the interval', () => {
    fc.assert(
      fc.property(frozenState, anyFinish, wholeTime, (state, options, intervalSeconds) => {
        const now = truncated(options.now);
        expect(finishSync(state, { ...options, ok: true, intervalSeconds })).toStrictEqual({
          lastSyncStartedAt: state.lastSyncStartedAt,
          lastSyncFinishedAt: now,
          lastSyncOkAt: now,
          nextSyncDueAt: Math.min(MOST, now + Math.max(0, intervalSeconds)),
          lastPeerUrl: options.peerUrl || state.lastPeerUrl,
          lastError: '',
          lastOutcome: 'ok',
          currentHead: options.currentHead || state.currentHead,
          forkDetected: options.forkDetected ?? false,
          consecutiveFailures: 0,
        });
      }),
    );
  });

  it('folds a failed run: one failure more, the error trimmed, the last good time kept', () => {
    fc.assert(
      fc.property(frozenState, anyFinish, (state, options) => {
        const { nextSyncDueAt, ...rest } = finishSync(state, { ...options, ok: false });
        expect(rest).toStrictEqual({
          lastSyncStartedAt: state.lastSyncStartedAt,
          lastSyncFinishedAt: truncated(options.now),
          lastSyncOkAt: state.lastSyncOkAt,
          lastPeerUrl: options.peerUrl || state.lastPeerUrl,
          lastError: (options.error ?? '').trim(),
          lastOutcome: options.forkDetected === true ? 'fork' : 'error',
          currentHead: options.currentHead || state.currentHead,
          forkDetected: options.forkDetected ?? false,
          consecutiveFailures: Math.min(MOST, state.consecutiveFailures + 1),
        });
        expect(nextSyncDueAt).toBeGreaterThanOrEqual(rest.lastSyncFinishedAt);
      }),
    );
  });

  it('puts the due times of a failing worker on the reference ladder, and a good run ends it', () => {
    let state = initialSyncState();
    const waits = Array.from({ length: 7 }, (_, index) => {
      state = finishSync(state, { ok: false, now: 1000 * index });
      return state.nextSyncDueAt - state.lastSyncFinishedAt;
    });
    expect(waits).toEqual([60, 120, 240, 480, 960, 1800, 1800]);
    state = finishSync(state, { ok: true, now: 9000 });
    expect([state.consecutiveFailures, state.nextSyncDueAt]).toEqual([0, 9300]);
    expect(finishSync(state, { ok: false, now: 9300 }).nextSyncDueAt).toBe(9360);
  });

  it('hands base, cap, Retry-After and jitter to the wait', () => {
    const state = { ...initialSyncState(), consecutiveFailures: 3 };
    const due = (options: Omit<FinishSyncOptions, 'ok' | 'now'>): number =>
      finishSync(state, { ok: false, now: 1000, ...options }).nextSyncDueAt - 1000;
    expect(due({ failureBackoffSeconds: 10 })).toBe(80);
    expect(due({ failureBackoffCapSeconds: 300 })).toBe(300);
    expect(due({ failureBackoffCapSeconds: 0 })).toBe(0);
    expect(due({ retryAfterSeconds: 3000 })).toBe(3000);
    expect(due({ retryAfterSeconds: 30, failureBackoffCapSeconds: 0 })).toBe(30);
    expect(due({ jitterRatio: 0.5, random: 0.5 })).toBe(600);
    expect(due({ jitterRatio: 0.5 })).toBe(480);
    expect(due({ random: 0.5 })).toBe(480);
    expect(due({ retryAfterSeconds: 3000, jitterRatio: 0.1, random: 1 })).toBe(3300);
  });

  it('lets no interval touch a failure, and no backoff, Retry-After or jitter a good run', () => {
    const state = initialSyncState();
    const odd = { intervalSeconds: 7, retryAfterSeconds: 900, jitterRatio: 1, random: 1 };
    expect(finishSync(state, { ...odd, ok: true, now: 1000 }).nextSyncDueAt).toBe(1007);
    expect(finishSync(state, { ok: false, now: 1000, intervalSeconds: 7 }).nextSyncDueAt).toBe(1060);
  });

  it('is never due before the Retry-After is over', () => {
    fc.assert(
      fc.property(frozenState, anyFinish, anyNumber, (state, options, retryAfterSeconds) => {
        const after = finishSync(state, { ...options, ok: false, retryAfterSeconds });
        const wish = Number.isNaN(retryAfterSeconds) ? 0 : Math.min(MOST, Math.max(0, retryAfterSeconds));
        expect(after.nextSyncDueAt).toBeGreaterThanOrEqual(Math.min(MOST, after.lastSyncFinishedAt + wish));
      }),
    );
  });
});

describe('finishSoloSync', () => {
  it('forgets peer, error, fork and failures, and keeps when a run last ended well', () => {
    fc.assert(
      fc.property(frozenState, anyTime, anyText, wholeTime, (state, now, currentHead, intervalSeconds) => {
        expect(finishSoloSync(state, { now, currentHead, intervalSeconds })).toStrictEqual({
          ...state,
          lastSyncFinishedAt: truncated(now),
          nextSyncDueAt: Math.min(MOST, truncated(now) + Math.max(0, intervalSeconds)),
          lastPeerUrl: '',
          lastError: '',
          lastOutcome: 'solo',
          currentHead: currentHead === '' ? state.currentHead : currentHead,
          forkDetected: false,
          consecutiveFailures: 0,
        });
      }),
    );
  });

  it('looks for a peer again after 300 seconds by default, and keeps the head', () => {
    const state = { ...initialSyncState(), currentHead: 'h1' };
    const { nextSyncDueAt, currentHead } = finishSoloSync(state, { now: 1000.9 });
    expect({ nextSyncDueAt, currentHead }).toEqual({ nextSyncDueAt: 1300, currentHead: 'h1' });
  });
});

describe('the spread of an interval', () => {
  const state = initialSyncState();

  it.each([
    { spread: 'a part of the interval, rounded up', options: { spreadRatio: 0.5, random: 0.25 }, wait: 113 },
    { spread: 'nothing without a draw', options: { spreadRatio: 0.5 }, wait: 100 },
    { spread: 'nothing by default', options: { random: 1 }, wait: 100 },
  ])('is $spread', ({ options, wait }) => {
    const all = { now: 1000, intervalSeconds: 100.9, ...options };
    expect(finishSync(state, { ok: true, ...all }).nextSyncDueAt).toBe(1000 + wait);
    expect(finishSoloSync(state, all).nextSyncDueAt).toBe(1000 + wait);
  });
});

describe('withdrawSync', () => {
  const settled = {
    ...initialSyncState(),
    lastOutcome: 'ok',
    nextSyncDueAt: 900,
    currentHead: 'h1',
  } as const;

  it('gives what was settled before the run, due a second after it is rounded up', () => {
    expect(withdrawSync(settled, { now: 1000.25 })).toEqual({ ...settled, nextSyncDueAt: 1002 });
    expect(withdrawSync(settled, { now: 1000 })).toEqual({ ...settled, nextSyncDueAt: 1001 });
  });

  it('keeps a head that the run reached', () => {
    expect(withdrawSync(settled, { now: 1000, currentHead: 'h2' }).currentHead).toBe('h2');
    expect(withdrawSync(settled, { now: 1000, currentHead: '' }).currentHead).toBe('h1');
  });
});

describe('lastSettled', () => {
  const running = { ...initialSyncState(), lastOutcome: 'running' } as const;

  it.each([
    { outcome: 'idle', of: 'no run has ended', fields: {} },
    { outcome: 'ok', of: 'the last one ended well', fields: { lastSyncFinishedAt: 9, lastSyncOkAt: 9 } },
    { outcome: 'error', of: 'it failed', fields: { lastSyncFinishedAt: 9, consecutiveFailures: 1 } },
    {
      outcome: 'error',
      of: 'it failed in the second in which another ended well',
      fields: { lastSyncFinishedAt: 9, lastSyncOkAt: 9, consecutiveFailures: 1 },
    },
    { outcome: 'solo', of: 'there was nobody to ask', fields: { lastSyncFinishedAt: 9, lastSyncOkAt: 5 } },
  ])('is $outcome where $of', ({ outcome, fields }) => {
    const state = { ...running, ...fields };
    expect(lastSettled(state)).toEqual({ ...state, lastOutcome: outcome });
  });
});

describe('continueSync', () => {
  const running = {
    ...initialSyncState(),
    lastOutcome: 'running',
    lastPeerUrl: 'a',
    currentHead: 'h1',
  } as const;

  it('goes on at another peer, with a head that was reached, and else leaves all as it is', () => {
    expect(continueSync(running, { peerUrl: 'b' })).toEqual({ ...running, lastPeerUrl: 'b' });
    expect(continueSync(running, { currentHead: 'h2' })).toEqual({ ...running, currentHead: 'h2' });
    expect(continueSync(running, {})).toEqual(running);
  });
});

describe('hostile numbers', () => {
  it('put nothing into a state that a file could not hold, and no due time before now', () => {
    fc.assert(
      fc.property(frozenState, anyFinish, (state, options) => {
        const solo = finishSoloSync(state, options);
        const finished = finishSync(state, options);
        for (const after of [beginSync(state, options), finished, solo]) {
          expect(numbersOf(after)).toHaveLength(5);
          expect(numbersOf(after)).toSatisfy((all: number[]) => all.every(isStorable));
        }
        expect(finished.nextSyncDueAt).toBeGreaterThanOrEqual(finished.lastSyncFinishedAt);
        expect(solo.nextSyncDueAt).toBeGreaterThanOrEqual(solo.lastSyncFinishedAt);
      }),
    );
  });

  it('do not break a worker over a whole life of runs', () => {
    const run = fc.tuple(fc.constantFrom('begin', 'finish', 'solo'), anyFinish);
    fc.assert(
      fc.property(fc.array(run, { maxLength: 30 }), (runs) => {
        let state = initialSyncState();
        for (const [op, options] of runs) {
          if (op === 'begin') state = beginSync(state, options);
          else state = op === 'solo' ? finishSoloSync(state, options) : finishSync(state, options);
          expect(numbersOf(state)).toSatisfy((all: number[]) => all.every(isStorable));
          expect(state.consecutiveFailures).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('shouldRunSync', () => {
  const idleOutcomes = ['idle', 'ok', 'error', 'fork', 'solo'] as const;
  const running = { ...initialSyncState(), lastOutcome: 'running', lastSyncStartedAt: 1000 } as const;

  it('waits for the due time, and not a moment longer', () => {
    for (const lastOutcome of idleOutcomes) {
      const state = { ...initialSyncState(), lastOutcome, nextSyncDueAt: 1000, lastSyncStartedAt: 1 };
      const answers = [999, 999.999, 1000, 1000.001].map((now) => shouldRunSync(state, { now }));
      expect({ lastOutcome, answers }).toEqual({ lastOutcome, answers: [false, false, true, true] });
    }
  });

  it('waits for a run until exactly 300 seconds after its start, due or not', () => {
    for (const nextSyncDueAt of [0, 5000]) {
      const state = { ...running, nextSyncDueAt };
      const answers = [0, 1000, 1299.999, 1300, 1300.001, 9999].map((now) => shouldRunSync(state, { now }));
      expect(answers).toEqual([false, false, false, true, true, true]);
    }
  });

  it('takes another stuck limit', () => {
    const at = (now: number): boolean => shouldRunSync(running, { now, stuckAfterSeconds: 10 });
    expect([1009.9, 1010].map(at)).toEqual([false, true]);
  });

  it('runs at once where a run has no start', () => {
    for (const lastSyncStartedAt of [0, -1, Number.MIN_SAFE_INTEGER]) {
      expect(shouldRunSync({ ...running, lastSyncStartedAt }, { now: -1e12 })).toBe(true);
    }
    expect(shouldRunSync({ ...running, lastSyncStartedAt: 1 }, { now: 0 })).toBe(false);
  });

  it('is the due time or the stuck limit for any state and any time', () => {
    fc.assert(
      fc.property(frozenState, anyTime, (state, now) => {
        const stuck = state.lastSyncStartedAt <= 0 || now - state.lastSyncStartedAt >= 300;
        const due = now >= state.nextSyncDueAt;
        expect(shouldRunSync(state, { now })).toBe(state.lastOutcome === 'running' ? stuck : due);
      }),
    );
  });

  it('is true at the due time that a run left behind', () => {
    fc.assert(
      fc.property(frozenState, anyFinish, (state, options) => {
        const after = finishSync(state, options);
        expect(shouldRunSync(after, { now: after.nextSyncDueAt })).toBe(true);
        expect(shouldRunSync(after, { now: after.nextSyncDueAt - 1 })).toBe(false);
      }),
    );
  });
});
