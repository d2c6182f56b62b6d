import { peerRuleNames, ruleNames } from '../explain/rule-text.ts';
import type { PeerWhy, RetryAfterWhy, Why } from '../explain/why.ts';
import type { GateSummary } from '../infonet/gate-summary.ts';
import type { ServingStatus } from '../infonet/serve/serving-status.ts';
import type { ChainStatus, WorkerStatus } from '../operations/worker-status.ts';
import { peerFromWire, peerToWire } from '../policy/peer-wire.ts';
import { syncOutcomes } from '../policy/sync-worker-state.ts';
import { fromWire, toWire } from '../policy/sync-worker-state-wire.ts';
import { count, describe, flag, isRecord, oneOf, text } from '../policy/wire-fields.ts';

/** Whether a value from JSON has the right type. */
type Check<T> = (value: unknown) => value is T;

/** A time: any number, with a fraction or beyond any calendar. */
const moment: Check<number> = (value) => typeof value === 'number';

const retryAfterForms = oneOf([
  'delay-seconds',
  'malformed-delay',
  'imf-fixdate',
  'rfc850-date',
  'asctime-date',
  'unreadable',
]);

const isWhy = objectOf<Why>({
  at: moment,
  started: flag.accepts,
  state: oneOf(syncOutcomes).accepts,
  since: moment,
  nextRunAt: moment,
  rule: oneOf(keysOf(ruleNames)).accepts,
  peerUrl: text.accepts,
  asking: text.accepts,
  consecutiveFailures: count.accepts,
  lastError: text.accepts,
  jitterSeconds: moment,
  requested: flag.accepts,
  bounded: orNull(oneOf(['clock', 'policy']).accepts),
  peers: listOf(
    objectOf<PeerWhy>({
      peerUrl: text.accepts,
      rule: oneOf(keysOf(peerRuleNames)).accepts,
      nextAskAt: orNull(moment),
      detail: text.accepts,
      retryAfter: orNull(
        objectOf<RetryAfterWhy>({
          header: text.accepts,
          form: retryAfterForms.accepts,
          clamped: flag.accepts,
          until: moment,
        }),
      ),
    }),
  ),
});

const isServing = objectOf<ServingStatus>({
  url: text.accepts,
  private: flag.accepts,
  requestsPerWindow: count.accepts,
  totalRequestsPerWindow: count.accepts,
  windowSeconds: count.accepts,
  connections: count.accepts,
  requests: count.accepts,
  limited: count.accepts,
  events: count.accepts,
});

const isChain = objectOf<ChainStatus>({ head: text.accepts, count: count.accepts });
const isGate = objectOf<GateSummary>({ gate: text.accepts, messages: count.accepts, lastSeen: moment });

/** Reads the status in a worker's answer. @throws TypeError for anything else */
export function readStatus(value: unknown): WorkerStatus {
  if (!isRecord(value)) throw new TypeError(`the status is ${describe(value)}; allowed is an object`);
  const { state, peers, chain, serving, gates, why } = value;
  if (!isRecord(state)) throw new TypeError(`state is ${describe(state)}; allowed is an object`);
  return {
    state: toWire(fromWire(state)),
    peers: readPeers(peers),
    chain: checked('chain', chain, orNull(isChain)),
    serving: checked('serving', serving, listOf(isServing)),
    gates: checked('gates', gates, listOf(isGate)),
    why: readWhy(why),
  };
}

/** Reads a list of peers under their wire names. @throws TypeError for anything else */
export function readPeers(value: unknown): WorkerStatus['peers'] {
  if (!Array.isArray(value)) throw new TypeError(`peers is ${describe(value)}; allowed is a list`);
  return value.map((peer) => peerToWire(peerFromWire(peer)));
}

/** Reads why a worker waits. @throws TypeError for anything else */
export function readWhy(value: unknown): Why {
  return checked('why', value, isWhy);
}

function checked<T>(name: string, value: unknown, isRight: Check<T>): T {
  if (isRight(value)) return value;
  throw new TypeError(`${name} is ${describe(value)}; one of its fields is missing or has the wrong type`);
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}

function objectOf<T extends object>(fields: { readonly [Field in keyof T]: Check<T[Field]> }): Check<T> {
  const checks: readonly [string, Check<unknown>][] = Object.entries(fields);
  return (value): value is T => isRecord(value) && checks.every(([field, isRight]) => isRight(value[field]));
}

function listOf<T>(isRight: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(isRight);
}

function orNull<T>(isRight: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || isRight(value);
}
