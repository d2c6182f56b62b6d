import { asPeerList, createPeerRecord, type PeerRecord } from '../policy/peer-record.ts';
import { peerFromWire, peerToWire } from '../policy/peer-wire.ts';
import type { SyncPolicyOptions } from '../policy/sync-policy.ts';
import { initialSyncState, type SyncWorkerState } from '../policy/sync-worker-state.ts';
import { fromWire, toWire } from '../policy/sync-worker-state-wire.ts';
import { messageOf } from '../policy/thrown.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { SyncRequest } from '../schedule/worker-context.ts';
import { FleetError } from './fleet-errors.ts';

/** What the store holds about one worker: the source of truth. The worker's job is only an alarm clock. */
export interface FleetRecord {
  readonly state: SyncWorkerState;
  readonly peers: readonly PeerRecord[];
  /** When the last run ended, in Unix seconds with a fraction; null if there was none. */
  readonly endedAt: number | null;
  /** Grows with each run. Text, because Redis truncates large numbers. */
  readonly fence: string;
  /** Options that override the fleet's policy for this worker. */
  readonly policy: SyncPolicyOptions;
  readonly request: SyncRequest;
  /** Operators' events that were not applied yet, one per line. */
  readonly events: string;
  /** Until when no other process may take the run over, in milliseconds; 0 if no run is under way. */
  readonly leaseUntil: number;
  /** The process that runs it; '' if none does. */
  readonly holder: string;
}

/** The ten fields under their wire names, without those that still have their initial value. */
export function writeState(state: SyncWorkerState): string {
  const { last_outcome, ...others } = toWire(state);
  return JSON.stringify({ last_outcome, ...changed(others, firstState) });
}

/** The peers under their wire names, without initial values, which saves two thirds of the size. */
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

/** @throws FleetError, naming the worker and the field, for a record that this package did not write */
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
      `the record of worker ${describe(id)} cannot be read: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** @param reply a flat list of fields and values, as Redis returns a hash */
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
