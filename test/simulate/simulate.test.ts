import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { contenderNames } from '../../src/simulate/contenders/contenders.ts';
import {
  type Contender,
  type Scenario,
  type ScenarioInput,
  type ScenarioName,
  scenarioNames,
  shippedScenario,
  simulate,
} from '../../src/testing/index.ts';
import { fc } from '../support/property.ts';
import { anyScenario } from './any-scenario.ts';

/** A property's run is a simulation of its own. */
const numRuns = Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 5);

const small = {
  hours: 2,
  workers: 20,
  peersEach: 2,
  policy: { jitterRatio: 0.5 },
  peers: [
    {
      count: 2,
      requestsPerSecond: 2,
      limit: { requestsPerMinute: 20, retryAfterSeconds: [30, 600] as const },
      outages: [{ fromMinute: 30, minutes: 20 }],
    },
  ],
  restarts: [{ atMinute: 80, share: 0.5 }],
};

test('whatever goes wrong, our worker sends no request inside a Retry-After, and does send some', async () => {
  await fc.assert(
    fc.asyncProperty(anyScenario, fc.integer(), async (scenario, seed) => {
      const { contenders } = await simulate({ scenario, seed, contenders: ['ours'] });
      expect(contenders[0]?.figures.early).toBe(0);
      // Twelve minutes may be over before a worker that was down for ten, and is spread at its start, has asked.
      if (Number(scenario.hours) > 0.2) expect(contenders[0]?.figures.requests).toBeGreaterThan(0);
    }),
    { numRuns },
  );
});

test('a worker that is restarted while it is down has one life after it, and not two', async () => {
  const scenario: ScenarioInput = {
    hours: 0.2,
    workers: 1,
    startWithinSeconds: 0,
    peersEach: 1,
    policy: {
      intervalSeconds: 10,
      failureBackoffSeconds: 0,
      failureBackoffCapSeconds: 0,
      jitterRatio: 0,
      maxPeersPerRun: 1,
    },
    peers: [
      {
        requestsPerSecond: 0,
        limit: { requestsPerMinute: 0, retryAfterSeconds: [0, 1] },
        latencyMs: 0,
        timeoutSeconds: 0.5,
      },
    ],
    restarts: [
      { atMinute: 0, withinSeconds: 0, downSeconds: [0, 3], share: 0.5 },
      { atMinute: 0, withinSeconds: 0, downSeconds: 0, share: 0.5 },
    ],
  };
  const { contenders } = await simulate({ scenario, seed: 1574288799, contenders: ['ours'] });
  expect(contenders[0]?.figures.early).toBe(0);
});

test('whatever goes wrong, the same seed gives the same report', async () => {
  await fc.assert(
    fc.asyncProperty(anyScenario, fc.integer(), async (scenario, seed) => {
      const policy = { failureBackoffSeconds: 20, failureBackoffCapSeconds: 600, intervalSeconds: 300 };
      const options = { scenario: { ...scenario, policy }, seed };
      expect(await simulate(options)).toEqual(await simulate(options));
    }),
    { numRuns: Math.ceil(numRuns / 3) },
  );
});

test('two simulations at once are as they are one after the other, and another seed is another world', async () => {
  const [one, two] = [
    await simulate({ scenario: small, seed: 1 }),
    await simulate({ scenario: small, seed: 2 }),
  ];
  const both = await Promise.all([
    simulate({ scenario: small, seed: 1 }),
    simulate({ scenario: small, seed: 2 }),
  ]);
  expect(both).toEqual([one, two]);
  for (const [index, { figures }] of one.contenders.entries()) {
    expect(figures).not.toEqual(two.contenders[index]?.figures);
  }
});

test('a contender meets the same world whatever other contenders run', async () => {
  const all = await simulate({ scenario: small });
  for (const name of contenderNames) {
    const { contenders } = await simulate({ scenario: small, contenders: [name] });
    expect(contenders).toEqual(all.contenders.filter((one) => one.name === name));
  }
});

test('no other code sees the virtual time and randomness while a simulation runs, and afterwards they are gone', async () => {
  const real = { setTimeout, clearTimeout, now: Date.now, random: Math.random };
  const seen = (): typeof real => ({
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: Date.now,
    random: Math.random,
  });
  let isOver = false;
  const simulation = simulate({ scenario: small, onProgress: () => expect(seen()).toEqual(real) });
  void simulation.then(() => {
    isOver = true;
  });
  let turns = 0;
  while (!isOver) {
    expect(seen()).toEqual(real);
    await nextTurn();
    expect(seen()).toEqual(real);
    turns += 1;
  }
  expect(turns).toBeGreaterThan(contenderNames.length);
  await simulation;
  expect(seen()).toEqual(real);

  const failing: Contender = {
    name: 'failing',
    title: 'failing',
    note: '',
    start: () => {
      throw new Error('it cannot start');
    },
  };
  await expect(simulate({ scenario: small, contenders: [failing] })).rejects.toThrow('it cannot start');
  expect(seen()).toEqual(real);
});

/** A twentieth of everything that is counted; who waits for whom stays the same. */
function twentieth(name: ScenarioName): Scenario {
  const scenario = shippedScenario(name);
  const peers = scenario.peers.map((group) => ({
    ...group,
    requestsPerSecond: group.requestsPerSecond / 20,
    limit:
      group.limit?.per === 'peer'
        ? { ...group.limit, requestsPerMinute: group.limit.requestsPerMinute / 20 }
        : group.limit,
  }));
  return { ...scenario, workers: scenario.workers / 20, peers };
}

test.for(scenarioNames)('%s shows what it is there for', async (name) => {
  const report = await simulate({ scenario: twentieth(name), contenders: ['ours', 'constant'] });
  const [ours, constant] = report.contenders.map(({ figures }) => figures);
  expect(report.scenario.about).not.toBe('');
  expect(ours?.early).toBe(0);
  expect(ours?.wasted).toBeLessThan(constant?.wasted ?? 0);
  if (name === 'rate-limited-host' || name === 'clock-off') {
    expect(constant?.early).toBeGreaterThan(0);
  } else {
    expect(ours?.recoveryLast).toBeLessThan(1.6 * report.scenario.policy.failureBackoffCapSeconds);
  }
});

test('progress goes from nothing to all, and a signal ends a simulation', async () => {
  const progress: number[] = [];
  const ending = new AbortController();
  const simulation = simulate({
    scenario: small,
    signal: ending.signal,
    onProgress: ({ done, title }) => {
      progress.push(done);
      if (title === 'cockatiel') ending.abort(new Error('enough'));
    },
  });
  await expect(simulation).rejects.toThrow('enough');
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(progress[0]).toBeGreaterThan(0);
  expect(progress.at(-1)).toBeLessThan(1);
});

test.for([
  [{ scenario: 'an-outage' }, /^scenario is "an-outage"; allowed is outage-of-an-hour, .*, or an object$/],
  [{ seed: 0.5 }, /^seed is 0.5; allowed is a whole number$/],
  [{ contenders: ['axios'] }, /^contender is "axios"; allowed is ours, constant, /],
  [{ contenders: ['ours', 'ours'] }, /^contenders has ours twice/],
  [{ contenders: [] }, /^contenders is \[\]; allowed is at least one$/],
] as const)('%j is refused', async ([options, message]) => {
  await expect(simulate(options as unknown as Parameters<typeof simulate>[0])).rejects.toThrow(message);
});
