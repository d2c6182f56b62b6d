import { networkOf } from '../infonet/peer-network.ts';
import { createPeerRecord, type PeerRecord } from '../policy/peer-record.ts';
import { rememberRemoved, resetPeer } from '../policy/peer-updates.ts';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { wholeSeconds } from '../policy/seconds.ts';
import { describe } from '../policy/wire-fields.ts';
import { ControlError, type PeerChange } from './control.ts';
import { nearUrls } from './nearest.ts';

const ROLES = ['participant', 'relay', 'seed'];

/**
 * Applies a change to a list of peers; only records of the sync bucket change. A peer that is removed during its Retry-After
 * stays in the list until that is over, disabled and marked as removed; if it is added again, its Retry-After continues.
 * Enabling an enabled peer or disabling a disabled one changes nothing.
 *
 * @param now Unix seconds; a fraction is truncated before it is stored
 * @throws TypeError for an invalid peer URL; ControlError for an unknown peer, with suggestions, for one that already exists, and
 * for an unknown role
 */
export function changePeers(
  peers: readonly PeerRecord[],
  change: PeerChange,
  now: number,
): readonly PeerRecord[] {
  const peerUrl = normalizePeerUrl(change.peerUrl);
  const there = peers.find((peer) => peer.bucket === 'sync' && peer.peerUrl === peerUrl);
  if (change.kind === 'add') {
    if (there === undefined) return [...peers, newPeer(peerUrl, now, detailsOf(change))];
    return replaced(peers, there, [comeBack(there, change)]);
  }
  if (there === undefined || there.removed) throw unknownPeer(peerUrl, peers);
  switch (change.kind) {
    case 'remove':
      return replaced(peers, there, rememberRemoved([there], now));
    case 'reset':
      return replaced(peers, there, [resetPeer(there, { now, force: change.force })]);
    default:
      return switched(peers, there, change.kind === 'enable');
  }
}

type Addition = Extract<PeerChange, { kind: 'add' }>;
type Details = { readonly label?: string; readonly role?: string };

/** A new peer, with the transport that its host needs. @param now Unix seconds */
export function newPeer(peerUrl: string, now: number, more: Details = {}): PeerRecord {
  const at = wholeSeconds(now);
  const transport = networkOf(new URL(peerUrl).hostname) === 'onion' ? 'onion' : 'clearnet';
  return createPeerRecord({ peerUrl, ...more, transport, addedAt: at, updatedAt: at });
}

/** Re-adds a removed peer that was kept for its Retry-After, which continues. */
function comeBack(peer: PeerRecord, change: Addition): PeerRecord {
  if (!peer.removed) {
    const next = peer.enabled ? '' : `, disabled; enable it instead`;
    throw new ControlError('refused', `${peer.peerUrl} is already a peer${next}`);
  }
  return { ...peer, ...detailsOf(change), enabled: true, removed: false };
}

/** The label and the role that the operator gave, without undefined fields. */
function detailsOf({ label, role }: Addition): Details {
  if (role !== undefined && !ROLES.includes(role)) {
    throw new ControlError('refused', `role is ${describe(role)}; allowed are ${ROLES.join(', ')}`);
  }
  return { ...(label === undefined ? {} : { label }), ...(role === undefined ? {} : { role }) };
}

function switched(peers: readonly PeerRecord[], peer: PeerRecord, enabled: boolean): readonly PeerRecord[] {
  // `updatedAt` stays: it dates the sync results, and a merge with another program keeps the newer ones.
  return peer.enabled === enabled ? peers : replaced(peers, peer, [{ ...peer, enabled }]);
}

function replaced(
  peers: readonly PeerRecord[],
  old: PeerRecord,
  by: readonly PeerRecord[],
): readonly PeerRecord[] {
  return peers.flatMap((peer) => (peer === old ? by : [peer]));
}

function unknownPeer(peerUrl: string, peers: readonly PeerRecord[]): ControlError {
  const known = peers.filter((peer) => peer.bucket === 'sync' && !peer.removed).map((peer) => peer.peerUrl);
  return new ControlError('refused', `${peerUrl} is not a sync peer here; ${insteadOf(peerUrl, known)}`);
}

function insteadOf(peerUrl: string, known: readonly string[]): string {
  if (known.length === 0) return 'there is none yet, add it first';
  const near = nearUrls(peerUrl, known).slice(0, 3);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  const more = known.length > 5 ? ` and ${known.length - 5} more` : '';
  return `there ${known.length === 1 ? 'is' : 'are'} ${known.slice(0, 5).join(', ')}${more}`;
}
