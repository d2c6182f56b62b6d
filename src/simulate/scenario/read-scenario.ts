import { resolvePolicy, type SyncPolicyOptions } from '../../policy/sync-policy.ts';
import { messageOf } from '../../policy/thrown.ts';
import {
  describe,
  type FieldKind,
  type FieldKinds,
  isRecord,
  oneOf,
  ownFields,
  readFields,
  text,
} from '../../policy/wire-fields.ts';
import type { ClockFault, Outage, PeerGroup, Range, RateLimit, Restart, Scenario } from './scenario.ts';

/** A scenario as in a file: missing fields take their defaults, and a range may be a single number. */
export type ScenarioInput = Optional<Omit<Scenario, 'policy' | 'peers' | 'restarts' | 'clocks'>> & {
  readonly policy?: SyncPolicyOptions | undefined;
  readonly peers?: readonly PeerGroupInput[] | undefined;
  readonly restarts?: readonly WithRange<Restart, 'downSeconds'>[] | undefined;
  readonly clocks?: readonly Optional<ClockFault>[] | undefined;
};

/** A group of identical peers, as in a file. */
export type PeerGroupInput = Omit<WithRange<PeerGroup, 'latencyMs'>, 'limit' | 'outages'> & {
  readonly limit?: WithRange<RateLimit, 'retryAfterSeconds'> | null | undefined;
  readonly outages?: readonly Optional<Outage>[] | undefined;
};

type Optional<T> = { readonly [Field in keyof T]?: T[Field] | undefined };
type WithRange<T, Ranged extends keyof T> = Optional<
  Omit<T, Ranged> & { readonly [Field in Ranged]: AnyRange }
>;

const DAYS = 366;

/**
 * Checks a scenario and fills in the defaults.
 *
 * @throws TypeError naming the field, its value and what is allowed; also for a field that does not exist
 */
export function readScenario(input: unknown, what = 'the scenario'): Scenario {
  const { policy, ...own } = read(scenarioKinds, usualScenario, input, what);
  const peers = list(own.peers, `${what}: peers`, readGroup);
  if (peers.length === 0) throw new TypeError(`${what}: peers is []; allowed is at least one`);
  const clocks = list(own.clocks, `${what}: clocks`, (one, where) =>
    read(clockKinds, usualClock, one, where),
  );
  const share = clocks.reduce((sum, clock) => sum + clock.share, 0);
  if (share > 1 + 1e-9) {
    throw new TypeError(`${what}: the shares of clocks add up to ${share}; allowed is at most 1 together`);
  }
  return {
    ...own,
    policy: readPolicy(policy, what),
    peers,
    restarts: list(own.restarts, `${what}: restarts`, (one, where) => {
      const restart = read(restartKinds, usualRestart, one, where);
      return { ...restart, downSeconds: asRange(restart.downSeconds) };
    }),
    clocks,
  };
}

function readPolicy(policy: Readonly<Record<string, unknown>>, what: string): Scenario['policy'] {
  try {
    return resolvePolicy(policy as SyncPolicyOptions);
  } catch (cause) {
    throw new TypeError(`${what}: ${messageOf(cause)}`, { cause });
  }
}

function readGroup(input: unknown, what: string): PeerGroup {
  const group = read(groupKinds, usualGroup, input, what);
  return {
    ...group,
    latencyMs: asRange(group.latencyMs),
    limit: group.limit === null ? null : readLimit(group.limit, `${what}: limit`),
    outages: list(group.outages, `${what}: outages`, readOutage),
  };
}

function readLimit(input: unknown, what: string): RateLimit {
  const limit = read(limitKinds, usualLimit, input, what);
  return { ...limit, retryAfterSeconds: asRange(limit.retryAfterSeconds) };
}

function readOutage(input: unknown, what: string): Outage {
  const outage = read(outageKinds, usualOutage, input, what);
  if (outage.times > 1 && outage.everyMinutes <= outage.minutes) {
    const { everyMinutes, minutes } = outage;
    throw new TypeError(
      `${what}: everyMinutes is ${everyMinutes}; allowed is more than its ${minutes} minutes`,
    );
  }
  return outage;
}

/** Reads the fields of an object. An unknown key is an error: a misspelt one would silently keep the default. */
function read<T extends object>(kinds: FieldKinds<T>, first: T, input: unknown, what: string): T {
  if (!isRecord(input)) throw new TypeError(`${what} is ${describe(input)}; allowed is an object`);
  for (const name of Object.keys(input)) {
    if (!Object.hasOwn(kinds, name)) {
      throw new TypeError(`${what}: unknown field ${name}; known are ${Object.keys(kinds).join(', ')}`);
    }
  }
  return readFields(ownFields(kinds, first), input, what);
}

function list<T>(
  entries: readonly unknown[],
  what: string,
  readOne: (entry: unknown, what: string) => T,
): readonly T[] {
  return entries.map((entry, index) => readOne(entry, `${what}[${index}]`));
}

type AnyRange = number | Range;

function asRange(value: AnyRange): Range {
  return typeof value === 'number' ? [value, value] : value;
}

function numberFrom(min: number, max: number): FieldKind<number> {
  return {
    allowed: `a number from ${min} to ${max}`,
    accepts: (value): value is number => typeof value === 'number' && value >= min && value <= max,
  };
}

function wholeFrom(min: number, max: number): FieldKind<number> {
  const { accepts } = numberFrom(min, max);
  return {
    allowed: `a whole number from ${min} to ${max}`,
    accepts: (value): value is number => accepts(value) && Number.isSafeInteger(value),
  };
}

function rangeFrom(min: number, max: number): FieldKind<AnyRange> {
  const { accepts } = numberFrom(min, max);
  return {
    allowed: `a number from ${min} to ${max}, or two such numbers as [min, max]`,
    accepts: (value): value is AnyRange =>
      accepts(value) || (isPair(value) && value.every(accepts) && Number(value[0]) <= Number(value[1])),
  };
}

function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

const array: FieldKind<readonly unknown[]> = {
  allowed: 'an array',
  accepts: (value): value is readonly unknown[] => Array.isArray(value),
};

const object: FieldKind<Readonly<Record<string, unknown>>> = { allowed: 'an object', accepts: isRecord };

const objectOrNull: FieldKind<Readonly<Record<string, unknown>> | null> = {
  allowed: 'an object, or null',
  accepts: (value): value is Readonly<Record<string, unknown>> | null => value === null || isRecord(value),
};

/** An object from a file whose nested objects are not read yet. */
type Unread<T, Held extends keyof T, As> = Omit<T, Held> & { readonly [Field in Held]: As };

const minute = numberFrom(0, DAYS * 1440);
const share = numberFrom(0, 1);

type UnreadScenario = Unread<
  Unread<Scenario, 'peers' | 'restarts' | 'clocks', readonly unknown[]>,
  'policy',
  Readonly<Record<string, unknown>>
>;
const scenarioKinds: FieldKinds<UnreadScenario> = {
  title: text,
  about: text,
  hours: numberFrom(0.01, DAYS * 24),
  workers: wholeFrom(1, 1_000_000),
  startWithinSeconds: numberFrom(0, 86_400),
  peersEach: wholeFrom(1, 1000),
  policy: object,
  peers: array,
  restarts: array,
  clocks: array,
};
const usualScenario: UnreadScenario = {
  title: 'A scenario without a title',
  about: '',
  hours: 6,
  workers: 1000,
  startWithinSeconds: 300,
  peersEach: 3,
  policy: {},
  peers: [{}],
  restarts: [],
  clocks: [],
};

type UnreadGroup = Unread<
  Unread<Unread<PeerGroup, 'latencyMs', AnyRange>, 'limit', Readonly<Record<string, unknown>> | null>,
  'outages',
  readonly unknown[]
>;
const groupKinds: FieldKinds<UnreadGroup> = {
  count: wholeFrom(1, 10_000),
  requestsPerSecond: numberFrom(0, 1_000_000),
  limit: objectOrNull,
  latencyMs: rangeFrom(0, 600_000),
  errorRate: share,
  timeoutSeconds: numberFrom(0.001, 3600),
  outages: array,
};
const usualGroup: UnreadGroup = {
  count: 1,
  requestsPerSecond: 50,
  limit: null,
  latencyMs: [20, 200],
  errorRate: 0,
  timeoutSeconds: 30,
  outages: [],
};

const limitKinds: FieldKinds<Unread<RateLimit, 'retryAfterSeconds', AnyRange>> = {
  requestsPerMinute: numberFrom(0, 60_000_000),
  per: oneOf(['peer', 'worker']),
  retryAfterSeconds: rangeFrom(0, 3600),
  form: oneOf(['seconds', 'date']),
};
const usualLimit: Unread<RateLimit, 'retryAfterSeconds', AnyRange> = {
  requestsPerMinute: 60,
  per: 'peer',
  retryAfterSeconds: 120,
  form: 'seconds',
};

const outageKinds: FieldKinds<Outage> = {
  fromMinute: minute,
  minutes: minute,
  kind: oneOf(['refused', 'silent', 'unavailable']),
  everyMinutes: minute,
  times: wholeFrom(1, 100_000),
};
const usualOutage: Outage = { fromMinute: 60, minutes: 60, kind: 'refused', everyMinutes: 0, times: 1 };

const restartKinds: FieldKinds<Unread<Restart, 'downSeconds', AnyRange>> = {
  atMinute: minute,
  withinSeconds: numberFrom(0, 86_400),
  downSeconds: rangeFrom(0, 86_400),
  share,
};
const usualRestart: Unread<Restart, 'downSeconds', AnyRange> = {
  atMinute: 60,
  withinSeconds: 5,
  downSeconds: [1, 5],
  share: 1,
};

const HUNDRED_YEARS = 100 * DAYS * 86_400;
const clockKinds: FieldKinds<ClockFault> = {
  share,
  offsetSeconds: numberFrom(-HUNDRED_YEARS, HUNDRED_YEARS),
  setAtMinute: minute,
  setBySeconds: numberFrom(-HUNDRED_YEARS, HUNDRED_YEARS),
};
const usualClock: ClockFault = { share: 0.1, offsetSeconds: 0, setAtMinute: 60, setBySeconds: 0 };
