import { createPeerList, type PeerRecordInput } from '../policy/peer-record.ts';
import { resolvePolicy, type SyncPolicy, type SyncPolicyOptions } from '../policy/sync-policy.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import { clearPeer, noteContact, rememberRequest, takePeers, takePolicy } from '../schedule/update-steps.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';
import { adoptPeers, noteExcluded } from '../worker/adopt-peers.ts';
import { FleetError } from './fleet-errors.ts';

/** An operator's event for a worker. It is kept with the record, and the next look applies it. Times are Unix milliseconds. */
export type OperatorEvent =
  | { readonly type: 'sync.requested'; readonly at: number; readonly force?: boolean }
  | {
      readonly type: 'peers.changed';
      readonly at: number;
      readonly peers: readonly (string | PeerRecordInput)[];
    }
  | { readonly type: 'peer.seen'; readonly at: number; readonly peerUrl: string }
  | { readonly type: 'peer.reset'; readonly at: number; readonly peerUrl: string; readonly force?: boolean }
  | { readonly type: 'policy.changed'; readonly at: number; readonly policy: SyncPolicyOptions };

/** The line that an event takes in the record. The store fills in `at`. */
export function writeEvent(event: OperatorEvent, nonce: string): string {
  const { type, at: _at, ...what } = event;
  // The nonce distinguishes two events of the same content.
  return JSON.stringify({ at: 0, type, ...what, nonce });
}

/** The context, and the options that override the fleet's policy for this worker. */
export interface Folded {
  readonly context: WorkerContext;
  readonly policy: SyncPolicyOptions;
}

/**
 * Applies operators' events by the steps of the chart.
 *
 * @throws FleetError for an event that this package did not write
 */
export function foldEvents(
  from: Folded,
  events: string,
  fleetPolicy: SyncPolicy,
  sync: Pick<SyncFunction, 'exclude'>,
): Folded {
  let { context, policy } = from;
  for (const line of events.split('\n')) {
    if (line === '') continue;
    const event = readEvent(line);
    const at = event.at / 1000;
    switch (event.type) {
      case 'sync.requested':
        context = rememberRequest(context, event);
        break;
      case 'peers.changed': {
        const peers = noteExcluded(adoptPeers(event.peers, context.peers, at), sync);
        context = takePeers(context, { type: event.type, peers, at });
        break;
      }
      case 'peer.seen':
        context = noteContact(context, { ...event, at });
        break;
      case 'peer.reset':
        context = clearPeer(context, { ...event, at });
        break;
      case 'policy.changed':
        policy = event.policy;
        context = takePolicy(context, { type: event.type, policy: policyOf(fleetPolicy, policy) });
        break;
    }
  }
  return { context, policy };
}

/** The policy of one worker: the fleet's, with the worker's own options on top. @throws RangeError */
export function policyOf(fleetPolicy: SyncPolicy, own: SyncPolicyOptions): SyncPolicy {
  return Object.keys(own).length === 0 ? fleetPolicy : resolvePolicy({ ...fleetPolicy, ...own });
}

function readEvent(line: string): OperatorEvent {
  try {
    const event: unknown = JSON.parse(line);
    if (!isRecord(event) || typeof event['at'] !== 'number') throw new TypeError('at is missing');
    const { at, type, peerUrl, peers, policy } = event;
    const force = event['force'] === true;
    if (type === 'sync.requested') return { type, at, force };
    if (type === 'peers.changed') return { type, at, peers: readPeers(peers) };
    if (type === 'policy.changed' && isRecord(policy)) return { type, at, policy };
    if (typeof peerUrl === 'string') {
      if (type === 'peer.seen') return { type, at, peerUrl };
      if (type === 'peer.reset') return { type, at, peerUrl, force };
    }
    throw new TypeError('unknown type or fields');
  } catch (cause) {
    throw new FleetError('malformed', `an event cannot be read: ${describe(line)}`, { cause });
  }
}

/** Returns the peers unparsed: fields that they leave out keep their remembered values. */
function readPeers(value: unknown): readonly (string | PeerRecordInput)[] {
  createPeerList(value);
  return value as readonly (string | PeerRecordInput)[];
}
