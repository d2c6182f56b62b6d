import { peerRuleNames, ruleNames } from '../explain/rule-text.ts';
import type { PeerWhy, RetryAfterWhy, Why } from '../explain/why.ts';
import { syncOutcomes } from '../policy/sync-worker-state.ts';
import {
  count,
  type FieldKind,
  type FieldKinds,
  flag,
  isRecord,
  oneOf,
  text,
} from '../policy/wire-fields.ts';

/** A time with a fraction, or one that no calendar has. */
const moment: FieldKind<number> = {
  allowed: 'a number of seconds',
  accepts: (value) => typeof value === 'number',
};

const retryAfterKinds: FieldKinds<RetryAfterWhy> = {
  header: text,
  form: oneOf([
    'delay-seconds',
    'malformed-delay',
    'imf-fixdate',
    'rfc850-date',
    'asctime-date',
    'unreadable',
  ]),
  clamped: flag,
  until: moment,
};

const peerKinds: FieldKinds<PeerWhy> = {
  peerUrl: text,
  rule: oneOf(keysOf(peerRuleNames)),
  nextAskAt: orNull(moment),
  detail: text,
  retryAfter: orNull(objectOf(retryAfterKinds)),
};

const why: FieldKind<Why> = objectOf<Why>({
  at: moment,
  started: flag,
  state: oneOf(syncOutcomes),
  since: moment,
  nextRunAt: moment,
  rule: oneOf(keysOf(ruleNames)),
  peerUrl: text,
  asking: text,
  consecutiveFailures: count,
  lastError: text,
  jitterSeconds: moment,
  requested: flag,
  bounded: orNull(oneOf(['clock', 'policy'])),
  peers: listOf(objectOf(peerKinds)),
});

/** Whether a value that came as JSON is a whole `Why`. */
export function isWhy(value: unknown): value is Why {
  return why.accepts(value);
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}

function objectOf<T extends object>(kinds: FieldKinds<T>): FieldKind<T> {
  const checks: readonly [string, FieldKind<unknown>][] = Object.entries(kinds);
  return {
    allowed: `an object of ${Object.keys(kinds).join(', ')}`,
    accepts: (value): value is T =>
      isRecord(value) && checks.every(([field, kind]) => kind.accepts(value[field])),
  };
}

function listOf<T>(kind: FieldKind<T>): FieldKind<readonly T[]> {
  return {
    allowed: `a list, each ${kind.allowed}`,
    accepts: (value): value is readonly T[] => Array.isArray(value) && value.every(kind.accepts),
  };
}

function orNull<T>(kind: FieldKind<T>): FieldKind<T | null> {
  return {
    allowed: `${kind.allowed}, or null`,
    accepts: (value): value is T | null => value === null || kind.accepts(value),
  };
}
