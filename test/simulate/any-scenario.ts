import type { ScenarioInput } from '../../src/testing/index.ts';
import { fc } from '../support/property.ts';

const range = (least: number, most: number): fc.Arbitrary<[number, number]> =>
  fc
    .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);

const limit = fc.record({
  requestsPerMinute: fc.constantFrom(0, 0.1, 1, 30),
  per: fc.constantFrom('peer' as const, 'worker' as const),
  retryAfterSeconds: fc.oneof(fc.constant(0), range(0, 3600)),
  form: fc.constantFrom('seconds' as const, 'date' as const),
});

const outage = fc.record({
  fromMinute: fc.integer({ min: 0, max: 50 }),
  minutes: fc.integer({ min: 1, max: 19 }),
  kind: fc.constantFrom('refused' as const, 'silent' as const, 'unavailable' as const),
  everyMinutes: fc.integer({ min: 20, max: 40 }),
  times: fc.integer({ min: 1, max: 3 }),
});

const group = fc.record({
  count: fc.integer({ min: 1, max: 2 }),
  requestsPerSecond: fc.constantFrom(0, 0.02, 1, 50),
  limit: fc.option(limit, { freq: 3 }),
  latencyMs: fc.oneof(fc.constant(0), range(0, 40_000)),
  errorRate: fc.constantFrom(0, 0.1, 1),
  timeoutSeconds: fc.constantFrom(0.5, 30, 400),
  outages: fc.array(outage, { maxLength: 2 }),
});

const restart = fc.record({
  atMinute: fc.integer({ min: 0, max: 50 }),
  withinSeconds: fc.integer({ min: 0, max: 600 }),
  downSeconds: range(0, 1200),
  share: fc.constantFrom(0.5, 1),
});

const seconds = fc.oneof(
  fc.integer({ min: -7200, max: 7200 }),
  fc.constantFrom(0, 10 * 365 * 86_400, -20 * 365 * 86_400),
);

const clock = fc.record({
  share: fc.constantFrom(0.2, 0.5),
  offsetSeconds: seconds,
  setAtMinute: fc.integer({ min: 0, max: 50 }),
  setBySeconds: seconds,
});

const policy = fc.record({
  intervalSeconds: fc.constantFrom(10, 60, 300),
  failureBackoffSeconds: fc.constantFrom(0, 5, 60, 60),
  failureBackoffCapSeconds: fc.constantFrom(0, 60, 1800),
  jitterRatio: fc.constantFrom(0, 0.5, 2),
  spreadRatio: fc.constantFrom(0, 0.5),
  maxPeersPerRun: fc.integer({ min: 1, max: 3 }),
  attemptTimeoutSeconds: fc.constantFrom(0, 10),
});

/** An hour or less of a few workers, in which anything goes wrong. */
export const anyScenario: fc.Arbitrary<ScenarioInput> = fc.record({
  hours: fc.constantFrom(0.2, 0.5, 1),
  workers: fc.integer({ min: 1, max: 4 }),
  startWithinSeconds: fc.constantFrom(0, 60),
  peersEach: fc.integer({ min: 1, max: 4 }),
  policy,
  peers: fc.array(group, { minLength: 1, maxLength: 2 }),
  restarts: fc.array(restart, { maxLength: 2 }),
  clocks: fc.array(clock, { maxLength: 2 }),
});
