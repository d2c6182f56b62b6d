import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import {
  createSyncWorkerMachine,
  createWallClock,
  retryAfterUntil,
  type SyncWorkerEvent,
} from '../../src/core.ts';
import { createVirtualClock } from '../../src/index.ts';
import { fc } from '../support/property.ts';
import { script, scriptSync } from '../support/scripted-sync.ts';

/** What a broken source does at one call. */
const faults: Readonly<Record<string, () => unknown>> = {
  'throws an error': () => {
    throw new Error('the clock is gone');
  },
  'throws nothing': () => {
    throw undefined;
  },
  'gives NaN': () => Number.NaN,
  'gives Infinity': () => Number.POSITIVE_INFINITY,
  'gives -Infinity': () => Number.NEGATIVE_INFINITY,
  'gives a text': () => '1800000000',
  'gives nothing': () => undefined,
  'gives a bigint': () => 1_800_000_000n,
  'gives what cannot be shown': () => Object.create(null),
};

/** At which of its calls a source is broken, and how; from the start again when it is through. */
const brokenCalls = fc.array(fc.option(fc.constantFrom(...Object.keys(faults)), { freq: 2 }), {
  maxLength: 15,
});

interface Source {
  readonly read: () => number;
  readonly mend: () => void;
  /** What it gave when it last worked. */
  readonly last: () => number;
  readonly broken: () => number;
}

function breakSource(calls: readonly (string | null)[], read: () => number): Source {
  let made = 0;
  let broken = 0;
  let last = 0;
  let isMended = false;
  return {
    mend: () => {
      isMended = true;
    },
    last: () => last,
    broken: () => broken,
    read: () => {
      const fault = isMended ? null : (calls[made % calls.length] ?? null);
      made += 1;
      if (fault !== null) {
        broken += 1;
        return faults[fault]?.() as number;
      }
      last = read();
      return last;
    },
  };
}

type Step = { readonly passSeconds: number } | { readonly event: SyncWorkerEvent };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 700 }).map((passSeconds) => ({ passSeconds })) },
  { weight: 1, arbitrary: fc.boolean().map((force): Step => ({ event: { type: 'sync.requested', force } })) },
  { weight: 1, arbitrary: fc.constant<Step>({ event: { type: 'peer.seen', peerUrl: 'http://a.example' } }) },
);

const peers = ['http://a.example', 'http://b.example'];

/** Longer than any Retry-After, backoff and jitter of the policy below. */
const ANY_WAIT_SECONDS = 6000;
const MAX_DEADLINES = 30;

test('whatever its clock and its random source do, a worker lives on, is polite by what it could read, and reports', async () => {
  await fc.assert(
    fc.asyncProperty(
      brokenCalls,
      brokenCalls,
      script,
      fc.array(step, { maxLength: 10 }),
      async (clockFaults, randomFaults, behaviours, steps) => {
        const clock = createVirtualClock();
        let wallAhead = 1_800_000_000;
        const time = breakSource(clockFaults, () => wallAhead + clock.now() / 1000);
        const random = breakSource(randomFaults, () => 0.5);
        const scripted = scriptSync(behaviours, clock, time.last);
        const reports: Error[] = [];
        const machine = createSyncWorkerMachine({
          sync: scripted.sync,
          now: time.read,
          random: random.read,
          report: (error) => reports.push(error),
        });
        const wallClock = createWallClock({
          now: () => (wallAhead + clock.now() / 1000) * 1000,
          monotonic: clock.now,
          setTimeout: clock.setTimeout,
          clearTimeout: clock.clearTimeout,
        });
        const input = { peers, policy: { jitterRatio: 0.5 } };
        const actor = createActor(machine, { clock: wallClock, input });
        const retryAfters = new Map<string, number>();
        const impolite: string[] = [];
        // A reading that fails in the midst of a step stands still where the step before left it, not earlier.
        let lastBeforeStep = 0;
        actor.on('attempt.finished', ({ peerUrl, result, peers: marked }) => {
          const seconds = result.outcome === 'error' ? result.retryAfterSeconds : 0;
          const until = marked.map((peer) => (peer.peerUrl === peerUrl ? retryAfterUntil(peer) : 0));
          retryAfters.set(peerUrl, Math.max(...until));
          if (Math.max(...until) < (seconds > 0 ? lastBeforeStep + seconds : 0))
            impolite.push(`${seconds} cut short`);
        });
        actor.on('attempt.started', ({ peerUrl }) => {
          if (time.last() < (retryAfters.get(peerUrl) ?? 0)) impolite.push(`${peerUrl} at ${time.last()}`);
        });
        const pass = async (seconds: number): Promise<void> => {
          const end = clock.now() + seconds * 1000;
          for (let met = 0; met < MAX_DEADLINES && (clock.nextDeadline() ?? end + 1) <= end; met += 1) {
            lastBeforeStep = time.last();
            clock.runNext();
            await setImmediate();
          }
          expect(actor.getSnapshot().status).toBe('active');
        };

        actor.start();
        for (const one of steps) {
          if ('event' in one) actor.send(one.event);
          else await pass(one.passSeconds);
        }
        expect(impolite).toEqual([]);
        expect(reports).toHaveLength(time.broken() + random.broken());

        // Mended, it is as good as new: whatever was under way ends, and the next run that is due goes well.
        time.mend();
        random.mend();
        scripted.answerFromNowOn();
        for (let turn = 0; turn < 3; turn += 1) {
          wallAhead += ANY_WAIT_SECONDS;
          await pass(121);
        }
        expect(actor.getSnapshot().context.worker).toMatchObject({
          lastOutcome: 'ok',
          currentHead: 'the end',
        });
        expect(impolite).toEqual([]);
        actor.stop();
      },
    ),
  );
});
