import { type Tracer, trace } from '@opentelemetry/api';
import { test } from 'vitest';
import { traceWorker } from '../../src/operations/index.ts';
import { happenings } from '../../src/testing/fast-check/index.ts';
import { expectEqual } from '../support/cheap-expect.ts';
import { fc } from '../support/property.ts';
import { lives, liveWorker } from './status/live-worker.ts';

test('whatever happens to a worker, at most one run is open, with one attempt in it, and none after the stop', async () => {
  await fc.assert(
    fc.asyncProperty(lives, happenings(), async (life, all) => {
      const open = new Map<string, number>();
      const broken: string[] = [];
      const count = (name: string, change: number): void => {
        const now = (open.get(name) ?? 0) + change;
        open.set(name, now);
        // Thrown from here it would be a fault of the worker, and none of the test.
        if (now !== 0 && now !== 1) broken.push(`${now} spans ${name} are open`);
      };
      const { worker, happen, stop } = await liveWorker(life, (worker) => {
        traceWorker(worker, { tracer: countingTracer(count) });
      });
      for (const one of all) await happen(one);
      const running = worker.snapshot?.matches({ running: 'attempting' }) === true ? 1 : 0;
      expectEqual([open.get('sync.run') ?? 0, open.get('sync.attempt') ?? 0], [running, running]);
      await stop();
      expectEqual(open.get('sync.run') ?? 0, 0);
      expectEqual(open.get('sync.attempt') ?? 0, 0);
      expectEqual(broken, []);
    }),
  );
});

/** Tells of each span that begins and ends, and records nothing. */
function countingTracer(count: (name: string, change: number) => void): Tracer {
  const silent = trace.getTracer('none');
  return {
    startActiveSpan: silent.startActiveSpan.bind(silent),
    startSpan: (name) => {
      count(name, 1);
      const span = Object.create(silent.startSpan(name));
      span.end = () => count(name, -1);
      return span;
    },
  };
}
