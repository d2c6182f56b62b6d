import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { figureNames } from '../../src/simulate/figures/figures.ts';
import { readScenario } from '../../src/simulate/scenario/read-scenario.ts';
import { contenderNames, scenarioNames } from '../../src/testing/index.ts';
import { fc } from '../support/property.ts';
import { anyScenario } from './any-scenario.ts';

test('what was read is read again as it is, through JSON too', () => {
  fc.assert(
    fc.property(anyScenario, (input) => {
      const scenario = readScenario(input);
      expect(readScenario(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    }),
  );
});

test.for([
  [[], 'the scenario is []; allowed is an object'],
  [{ worker: 5 }, 'the scenario: unknown field worker; known are title, about, hours, workers, '],
  [{ workers: 0 }, 'the scenario: workers is 0; allowed is a whole number from 1 to 1000000'],
  [{ hours: '6' }, 'the scenario: hours is "6"; allowed is a number from 0.01 to 8784'],
  [{ peers: [] }, 'the scenario: peers is []; allowed is at least one'],
  [{ peers: [7] }, 'the scenario: peers[0] is 7; allowed is an object'],
  [{ peers: [{}, { latency: 5 }] }, 'the scenario: peers[1]: unknown field latency; known are count, '],
  [
    { peers: [{ latencyMs: [9, 5] }] },
    'peers[0]: latencyMs is [9,5]; allowed is a number from 0 to 600000, or ',
  ],
  [{ peers: [{ limit: { per: 'host' } }] }, "peers[0]: limit: per is \"host\"; allowed is 'peer', 'worker'"],
  [
    { peers: [{ outages: [{ minutes: 5, everyMinutes: 5, times: 2 }] }] },
    'peers[0]: outages[0]: everyMinutes is 5; allowed is more than its 5 minutes',
  ],
  [{ policy: { jitter: 1 } }, 'the scenario: Unknown policy option jitter; known are intervalSeconds, '],
  [
    { clocks: [{ share: 0.6 }, { share: 0.6 }] },
    'the scenario: the shares of clocks add up to 1.2; allowed is at most 1',
  ],
] as const)('%j is refused', ([input, message]) => {
  expect(() => readScenario(input)).toThrow(TypeError);
  expect(() => readScenario(input)).toThrow(message);
});

test('the README names every field, every figure and every shipped scenario', async () => {
  const readme = await readFile(new URL('../../src/simulate/README.md', import.meta.url), 'utf8');
  const full = readScenario({
    peers: [{ limit: {}, outages: [{}] }],
    restarts: [{}],
    clocks: [{}],
  });
  const fields = (value: unknown): string[] =>
    Array.isArray(value)
      ? value.flatMap(fields)
      : typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([name, held]) => [name, ...fields(held)])
        : [];
  const { policy: _, ...own } = full;
  const written = readme.match(/[\w-]+/g) ?? [];
  expect(written).toEqual(expect.arrayContaining([...fields(own), ...figureNames, ...scenarioNames]));
  for (const name of contenderNames)
    expect(readme.toLowerCase()).toContain(name.replace('-jitter', ' jitter'));
});
