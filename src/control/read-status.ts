import type { Why } from '../explain/why.ts';
import type { GateSummary } from '../infonet/gate-summary.ts';
import type { ServingStatus } from '../infonet/serve/serving-status.ts';
import type { ChainStatus, WorkerStatus } from '../operations/worker-status.ts';
import { peerFromWire, peerToWire } from '../policy/peer-wire.ts';
import { fromWire, toWire } from '../policy/sync-worker-state-wire.ts';
import { count, describe, isRecord, text } from '../policy/wire-fields.ts';
import { isWhy } from './read-why.ts';

/** Reads what a worker answered. @throws TypeError for what is no status of a worker */
export function readStatus(value: unknown): WorkerStatus {
  if (!isRecord(value)) throw new TypeError(`the status is ${describe(value)}; allowed is an object`);
  const { state, peers, chain, serving, gates, why } = value;
  if (!isRecord(state)) throw new TypeError(`state is ${describe(state)}; allowed is an object`);
  return {
    state: toWire(fromWire(state)),
    peers: readPeers(peers),
    chain: chain === null ? null : readChain(chain),
    serving: readServing(serving),
    gates: readGates(gates),
    why: readWhy(why),
  };
}

/** Reads a list of peers under their wire names. @throws TypeError for what is none */
export function readPeers(value: unknown): WorkerStatus['peers'] {
  if (!Array.isArray(value)) throw new TypeError(`peers is ${describe(value)}; allowed is a list`);
  return value.map((peer) => peerToWire(peerFromWire(peer)));
}

/** @throws TypeError for what does not say why a worker waits */
export function readWhy(value: unknown): Why {
  if (isWhy(value)) return value;
  throw new TypeError(`why is ${describe(value)}; a field of it is missing, or of another type`);
}

function readGates(value: unknown): GateSummary[] {
  if (Array.isArray(value) && value.every(isGate)) return value;
  throw new TypeError(
    `gates is ${describe(value)}; allowed is a list of gates, each with messages and lastSeen`,
  );
}

function isGate(value: unknown): value is GateSummary {
  return (
    isRecord(value) &&
    text.accepts(value['gate']) &&
    count.accepts(value['messages']) &&
    typeof value['lastSeen'] === 'number'
  );
}

function readChain(value: unknown): ChainStatus {
  if (isRecord(value) && text.accepts(value['head']) && count.accepts(value['count'])) {
    return { head: value['head'], count: value['count'] };
  }
  throw new TypeError(`chain is ${describe(value)}; allowed is {"head": "…", "count": 0}`);
}

function readServing(value: unknown): ServingStatus[] {
  if (Array.isArray(value) && value.every(isServing)) return value;
  throw new TypeError(
    `serving is ${describe(value)}; allowed is a list of listeners, each with its counters`,
  );
}

function isServing(value: unknown): value is ServingStatus {
  if (!isRecord(value) || !text.accepts(value['url']) || typeof value['private'] !== 'boolean') return false;
  const { url: _url, private: _private, ...counts } = value;
  const names = ['requestsPerWindow', 'totalRequestsPerWindow', 'windowSeconds', 'connections'];
  return [...names, 'requests', 'limited', 'events'].every((name) => count.accepts(counts[name]));
}
