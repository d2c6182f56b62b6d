import { asPeerList, createPeerRecord, type PeerRecord } from '../policy/peer-record.ts';
import { peerFromWire, peerToWire } from '../policy/peer-wire.ts';
import type { SyncPolicyOptions } from '../policy/sync-policy.ts';
import { initialSyncState, type SyncWorkerState } from '../policy/sync-worker-state.ts';
import { fromWire, toWire } from '../policy/sync-worker-state-wire.ts';
import { messageOf } from '../policy/thrown.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { SyncRequest } from '../schedule/worker-context.ts';
import { FleetError } from './fleet-errors.ts';

/** What the store holds of one worker. It is the truth; the job beside it is an alarm clock. */
export interface FleetRecord {
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
  /** When the newest run ended, in Unix seconds with a fraction; null: never. */
  readonly endedAt: number | null;
  /** Grows with each run; as text, for Redis cuts numbers. */
  readonly fence: string;
  /** What this worker's policy has other than the fleet's. */
  readonly policy: SyncPolicyOptions;
  readonly request: SyncRequest;
  /** Operators' events that were not folded yet, one a line. */
  readonly events: string;
  /** Nobody else takes the run over before this, in milliseconds; 0 while none is under way. */
  readonly leaseUntil: number;
  /** The process that runs it; '' if none does. */
  readonly holder: string;
}

/** The ten fields under their wire names, those that have their first value left out. */
export function writeState(state: SyncWorkerState): string {
  const { last_outcome, ...others } = toWire(state);
  return JSON.stringify({ last_outcome, ...changed(others, firstState) });
}

/** The peers under their wire names, without first values: a third of the size. */
export function writePeers(peers: readonly PeerRecord[]): string {
  return JSON.stringify(
    peers.map((peer) => {
      const { peer_url, ...others } = peerToWire(peer);
      return { peer_url, ...changed(others, firstPeer) };
    }),
  );
}

export function writePolicy(policy: SyncPolicyOptions): string {
  const set = JSON.stringify(policy);
  return set === '{}' ? '' : set;
}

/** @throws FleetError for what this package did not write, naming the worker and the field */
export function readRecord(id: string, fields: ReadonlyMap<string, string>): FleetRecord {
  try {
    const peers: unknown = JSON.parse(fields.get('peers') ?? '[]');
    const policy: unknown = JSON.parse(fields.get('policy') ?? '{}');
    const ended = fields.get('ended');
    if (!Array.isArray(peers)) throw new TypeError(`peers is ${describe(peers)}; allowed is an array`);
    if (!isRecord(policy)) throw new TypeError(`policy is ${describe(policy)}; allowed is an object`);
    return {
      state: fromWire(JSON.parse(fields.get('state') ?? '{}')),
      peers: asPeerList(peers.map(peerFromWire)),
      endedAt: ended === undefined ? null : Number(ended) / 1000,
      fence: fields.get('fence') ?? '0',
      policy,
      request: readRequest(fields.get('request')),
      events: fields.get('events') ?? '',
      leaseUntil: Number(fields.get('lease') ?? 0),
      holder: fields.get('by') ?? '',
    };
  } catch (cause) {
    throw new FleetError(
      'malformed',
      `the record of worker ${describe(id)} is not to be read: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** A list of fields and values, as Redis gives a hash. */
export function fieldsOf(reply: unknown): Map<string, string> {
  const fields = new Map<string, string>();
  if (!Array.isArray(reply)) return fields;
  for (let index = 0; index + 1 < reply.length; index += 2) {
    fields.set(String(reply[index]), String(reply[index + 1]));
  }
  return fields;
}

function readRequest(text: string | undefined): SyncRequest {
  if (text === undefined) return 'none';
  if (text === 'requested' || text === 'forced' || text === 'new-peer') return text;
  throw new TypeError(`request is ${describe(text)}; allowed are requested, forced and new-peer`);
}

const firstState = new Map<string, unknown>(Object.entries(toWire(initialSyncState())));
const firstPeer = new Map<string, unknown>(
  Object.entries(peerToWire(createPeerRecord('https://peer.example'))).map(([name, value]) => [
    name,
    name === 'metadata' ? '{}' : value,
  ]),
);

function changed(fields: object, first: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const set = Object.entries(fields).filter(([name, value]) =>
    name === 'metadata' ? JSON.stringify(value) !== first.get(name) : value !== first.get(name),
  );
  return Object.fromEntries(set);
}
