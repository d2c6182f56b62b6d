import { expect, test } from 'vitest';
import {
  AssertionUnreadable,
  checkAssertion,
  type FigureName,
  judge,
  parseAssertion,
  type SimulationReport,
  simulate,
} from '../../src/testing/index.ts';
import { fc } from '../support/property.ts';

const report: SimulationReport = await simulate({
  contenders: ['ours', 'constant'],
  scenario: {
    hours: 2,
    workers: 10,
    policy: { jitterRatio: 0.5 },
    peers: [{ outages: [{ fromMinute: 30, minutes: 30 }] }],
  },
});

function withFigures(ours: Partial<SimulationReport['contenders'][number]['figures']>): SimulationReport {
  const contenders = report.contenders.map((one) =>
    one.name === 'ours' ? { ...one, figures: { ...one.figures, ...ours } } : one,
  );
  return { ...report, contenders };
}

test('a number is compared in the unit that stands behind it', () => {
  const units = [
    ['peak', '/s', 1],
    ['early', '', 1],
    ['wasted', '', 1],
    ['recoveryLast', 's', 1],
    ['recoveryLast', 'min', 60],
    ['staleness-worst', 'h', 3600],
    ['staleness.mean', '', 1],
  ] as const;
  const signs = ['<=', '<', '>=', '>', '=', '=='] as const;
  const holds = (value: number, sign: string, limit: number): boolean =>
    ({
      '<=': value <= limit,
      '<': value < limit,
      '>=': value >= limit,
      '>': value > limit,
      '=': value === limit,
      '==': value === limit,
    })[sign] ?? expect.unreachable();
  fc.assert(
    fc.property(
      fc.constantFrom(...units),
      fc.constantFrom(...signs),
      fc.constantFrom('', ' ', '  '),
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 0, max: 50 }),
      ([name, unit, size], sign, gap, value, limit) => {
        const assertion = parseAssertion(`${gap}${name}${gap}${sign}${gap}${limit}${gap}${unit}${gap}`);
        const figure = assertion.figure.name;
        expect(judge(assertion, withFigures({ [figure]: value * size })).holds).toBe(
          holds(value, sign, limit),
        );
      },
    ),
  );
});

test('a figure may be held to another one, to the cap and to the interval, times a factor', () => {
  const given = withFigures({ peakAfterRecovery: 10, recoveryLast: 1800, recoveryP50: 900 });
  const figures = report.contenders[1]?.figures;
  const constant = figures?.peakAfterRecovery ?? expect.unreachable();
  for (const [text, holds] of [
    ['peak-after-recovery <= 2 * constant:peakAfterRecovery', 10 <= 2 * constant],
    ['peak-after-recovery > constant:peakAfterRecovery', 10 > constant],
    ['recovery.last <= 1 * cap', true],
    ['recovery.last < cap', false],
    ['recovery.last = 6 × interval', true],
    ['recovery.last >= 2x recoveryP50', true],
    ['recovery.last > 2.5 * recovery-p50', false],
    ['constant:peak >= 1/s', true],
    ['ours:recoveryLast >= .5h', true],
  ] as const) {
    expect(judge(parseAssertion(text), given), text).toMatchObject({ text, holds });
  }
  expect(judge(parseAssertion('recovery.last <= 1.6 * cap'), given).found).toBe(
    'ours:recoveryLast is 30 min, and 1.6 × cap is 48 min',
  );
});

test('who never comes back is later than any time', () => {
  const given = withFigures({ recoveryLast: Number.POSITIVE_INFINITY });
  expect(judge(parseAssertion('recoveryLast <= 9999h'), given)).toEqual({
    text: 'recoveryLast <= 9999h',
    holds: false,
    found: 'ours:recoveryLast is not all',
  });
});

test.for([
  ['', "it is not a comparison; examples: 'peak <= 20/s', 'early = 0'"],
  ['peak', 'it is not a comparison'],
  ['peak => 20', 'its limit is "> 20"; allowed is a number with its unit, '],
  ['peek <= 20/s', 'there is no figure peek; allowed is peak, peakAfterRecovery, early, '],
  ['peak <= 20 min', 'peak is in requests a second, not in min; allowed is no unit, /s'],
  ['recoveryLast <= 20/s', 'recoveryLast is in seconds, not in /s; allowed is no unit, s, min, h'],
  ['early = none of them', 'its limit is "none of them"; allowed is a number with its unit, a figure, cap '],
  ['early = 1e3', 'its limit is "1e3"'],
  ['peak <= -1', 'its limit is "-1"'],
  ['peak <= 2 * early', 'peak is in requests a second; early is in requests'],
  ['peak <= cap', 'peak is in requests a second; cap is in seconds'],
  ['recoveryP50 <= 2 * recovery', 'there is no figure recovery'],
] as const)('%j is refused', ([text, message]) => {
  expect(() => parseAssertion(text)).toThrow(AssertionUnreadable);
  expect(() => parseAssertion(text)).toThrow(message);
});

test('whatever is written, it is read or refused in words', () => {
  const word = fc.constantFrom(
    'peak',
    'early',
    'constant',
    'cap',
    ':',
    '<=',
    '=',
    '*',
    '20',
    '/s',
    'min',
    ' ',
    '.',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join('')),
      ),
      (text) => {
        try {
          const { figure, limit } = parseAssertion(text);
          expect(report.contenders[0]?.figures).toHaveProperty(figure.name);
          expect(limit.factor).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(AssertionUnreadable);
          expect(String(error)).toContain('cannot be asserted: ');
        }
      },
    ),
  );
});

test('an assertion about what is not simulated is refused before it begins', () => {
  const check = (text: string, recovers: boolean): void =>
    checkAssertion(parseAssertion(text), { contenders: ['ours', 'constant'], recovers });
  expect(() => check('undici:peak <= 5', true)).toThrow('undici does not run; allowed is ours, constant');
  expect(() => check('peak <= 2 * cockatiel:peak', true)).toThrow('cockatiel does not run');
  const names: FigureName[] = ['recoveryP50', 'recoveryP99', 'recoveryLast', 'peakAfterRecovery'];
  for (const name of names) {
    expect(() => check(`${name} <= 5`, false)).toThrow('the scenario has nothing to recover from');
    check(`${name} <= 5`, true);
  }
  check('early = 0', false);
});
