import { type FigureName, type FigureUnit, figureNames, figureTexts } from '../figures/figures.ts';
import { figureText, numberText } from '../report/figure-text.ts';
import type { SimulationReport } from '../report/simulation-report.ts';

/** A parsed assertion: `peak <= 20/s`, or `ours:peakAfterRecovery <= 0.05 * constant:peakAfterRecovery`. */
export interface Assertion {
  /** The assertion as written. */
  readonly text: string;
  readonly figure: FigureOf;
  readonly comparison: Comparison;
  /** The factor times another value; if `of` is undefined, the factor itself, in the figure's unit. */
  readonly limit: { readonly factor: number; readonly of: FigureOf | PolicyWait | undefined };
}

/** The result of an assertion. */
export interface AssertionResult {
  readonly text: string;
  readonly holds: boolean;
  /** The value found, and the limit if it was computed, in words. */
  readonly found: string;
}

/** An invalid assertion. The message says what is wrong and what is allowed. */
export class AssertionUnreadable extends Error {
  override readonly name = 'AssertionUnreadable';
}

interface FigureOf {
  readonly contender: string;
  readonly name: FigureName;
}

/** Two waits of the policy, in seconds. */
type PolicyWait = 'cap' | 'interval';

type Comparison = '<=' | '>=' | '<' | '>' | '=';
const comparisons: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '=': (a, b) => a === b,
};

/** Factors that convert each accepted unit to the figure's unit. */
const units: Readonly<Record<FigureUnit, Readonly<Record<string, number>>>> = {
  'requests a second': { '': 1, '/s': 1 },
  requests: { '': 1 },
  seconds: { '': 1, s: 1, min: 60, h: 3600 },
};

const REFERENCE = '(?:([\\w-]+):)?([a-z][\\w.-]*)';
const SHAPE = new RegExp(`^\\s*${REFERENCE}\\s*(<=|>=|==?|<|>)\\s*(.+?)\\s*$`, 'i');
const NUMBER = /^(\d+(?:\.\d+)?|\.\d+)\s*(\/s|[a-z]*)$/i;
const MULTIPLE = new RegExp(`^(?:(\\d+(?:\\.\\d+)?|\\.\\d+)\\s*[*×x]\\s*)?${REFERENCE}$`, 'i');

/**
 * Parses an assertion: `[contender:]figure comparison limit`. The contender defaults to `ours`; the comparison is one of <=, <,
 * >=, >, =; the limit is a number with its unit (/s, s, min, h), another figure, or the policy's `cap` or `interval`. The last
 * three may have a factor.
 *
 * @throws AssertionUnreadable
 */
export function parseAssertion(text: string): Assertion {
  const [, contender, name = '', sign = '', limitText = ''] = SHAPE.exec(text) ?? [];
  if (name === '') {
    throw unreadable(text, 'it is not a comparison', "examples: 'peak <= 20/s', 'early = 0'");
  }
  const figure = { contender: contender ?? 'ours', name: figureNamed(text, name) };
  const comparison = (sign === '==' ? '=' : sign) as Comparison;
  return { text: text.trim(), figure, comparison, limit: limitOf(text, figure.name, limitText) };
}

function limitOf(text: string, figure: FigureName, limit: string): Assertion['limit'] {
  const { unit } = figureTexts[figure];
  const [, digits, suffix = ''] = NUMBER.exec(limit) ?? [];
  if (digits !== undefined) {
    const factor = units[unit][suffix];
    if (factor !== undefined) return { factor: factor * Number(digits), of: undefined };
    const allowed = Object.keys(units[unit]).map((one) => (one === '' ? 'no unit' : one));
    throw unreadable(text, `${figure} is in ${unit}, not in ${suffix}`, `allowed is ${allowed.join(', ')}`);
  }
  const [, factor = '1', contender, name = ''] = MULTIPLE.exec(limit) ?? [];
  if (name === '') {
    throw unreadable(
      text,
      `its limit is ${JSON.stringify(limit)}`,
      'allowed is a number with its unit, a figure, cap or interval, or a factor * one of these',
    );
  }
  if (contender === undefined && (name === 'cap' || name === 'interval')) {
    if (unit !== 'seconds') throw unreadable(text, `${figure} is in ${unit}`, `${name} is in seconds`);
    return { factor: Number(factor), of: name };
  }
  const other = figureNamed(text, name);
  if (figureTexts[other].unit !== unit) {
    throw unreadable(text, `${figure} is in ${unit}`, `${other} is in ${figureTexts[other].unit}`);
  }
  return { factor: Number(factor), of: { contender: contender ?? 'ours', name: other } };
}

/** Ignores case and separators: `peak-after-recovery` and `recovery.p99` are accepted too. */
function figureNamed(text: string, name: string): FigureName {
  const plain = (one: string): string => one.replace(/[-_.]/g, '').toLowerCase();
  const found = figureNames.find((one) => plain(one) === plain(name));
  if (found === undefined)
    throw unreadable(text, `there is no figure ${name}`, `allowed is ${figureNames.join(', ')}`);
  return found;
}

function unreadable(text: string, problem: string, allowed: string): AssertionUnreadable {
  return new AssertionUnreadable(`${JSON.stringify(text)} cannot be asserted: ${problem}; ${allowed}`);
}

/**
 * Checks that a simulation can answer an assertion.
 *
 * @throws AssertionUnreadable for a contender that does not run, or a recovery if there is nothing to recover from
 */
export function checkAssertion(
  { text, figure, limit }: Assertion,
  given: { readonly contenders: readonly string[]; readonly recovers: boolean },
): void {
  const named = typeof limit.of === 'object' ? [figure, limit.of] : [figure];
  for (const { contender, name } of named) {
    if (!given.contenders.includes(contender)) {
      throw unreadable(text, `${contender} does not run`, `allowed is ${given.contenders.join(', ')}`);
    }
    if (!given.recovers && /recovery/i.test(name)) {
      throw unreadable(
        text,
        'the scenario has nothing to recover from',
        'allowed is any figure without recovery in its name',
      );
    }
  }
}

/** Evaluates an assertion that passed {@link checkAssertion}. */
export function judge(assertion: Assertion, report: SimulationReport): AssertionResult {
  const { text, figure, comparison, limit } = assertion;
  const value = figureOf(figure, report);
  const most = limit.factor * (limit.of === undefined ? 1 : referred(limit.of, report));
  const { unit } = figureTexts[figure.name];
  const allowed =
    limit.of === undefined
      ? ''
      : `, and ${limitText(limit.factor)}${nameOf(limit.of)} is ${figureText(most, unit)}`;
  return {
    text,
    holds: comparisons[comparison](value, most),
    found: `${nameOf(figure)} is ${figureText(value, unit)}${allowed}`,
  };
}

function limitText(factor: number): string {
  return factor === 1 ? '' : `${numberText(factor)} × `;
}

function nameOf(of: FigureOf | PolicyWait): string {
  return typeof of === 'string' ? of : `${of.contender}:${of.name}`;
}

function referred(of: FigureOf | PolicyWait, report: SimulationReport): number {
  const { failureBackoffCapSeconds, intervalSeconds } = report.scenario.policy;
  if (of === 'cap') return failureBackoffCapSeconds;
  return of === 'interval' ? intervalSeconds : figureOf(of, report);
}

function figureOf({ contender, name }: FigureOf, { contenders }: SimulationReport): number {
  const value = contenders.find((one) => one.name === contender)?.figures[name];
  if (typeof value !== 'number') throw new RangeError(`the simulation has no ${contender}:${name}`);
  return value;
}
