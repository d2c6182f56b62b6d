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
 * The list after a change; only records of the sync bucket are touched. A peer that is removed while its Retry-After
 * runs stays in the list until then, disabled and marked as removed, and comes back with it when it is added again.
 * Enabling what is enabled, or disabling what is disabled, changes nothing.
 *
 * @param now Unix seconds; a fraction is truncated before it is stored
 * @throws TypeError for what is no peer URL; ControlError for a peer that is not there, naming near ones, for one that
 * is there already, and for an unknown role
 */
export function changePeers(
  peers: readonly PeerRecord[],
  change: PeerChange,
  now: number,
): readonly PeerRecord[] {
  const peerUrl = normalizePeerUrl(change.peerUrl);
  const there = peers.find((peer) => peer.bucket === 'sync' && peer.peerUrl === peerUrl);
  if (change.kind === 'add') {
    if (there === undefined) return [...peers, newPeer(peerUrl, now, said(change))];
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
type Said = { readonly label?: string; readonly role?: string };

/** A peer that nobody has asked yet, reached over the network of its host. @param now Unix seconds */
export function newPeer(peerUrl: string, now: number, more: Said = {}): PeerRecord {
  const at = wholeSeconds(now);
  const transport = networkOf(new URL(peerUrl).hostname) === 'onion' ? 'onion' : 'clearnet';
  return createPeerRecord({ peerUrl, ...more, transport, addedAt: at, updatedAt: at });
}

/** A removed peer that was kept for its Retry-After alone is a peer again, and its Retry-After still runs. */
function comeBack(peer: PeerRecord, change: Addition): PeerRecord {
  if (!peer.removed) {
    const next = peer.enabled ? '' : `, disabled; enable it instead`;
    throw new ControlError('refused', `${peer.peerUrl} is a peer already${next}`);
  }
  return { ...peer, ...said(change), enabled: true, removed: false };
}

/** What the operator said of a new peer, and nothing else. */
function said({ label, role }: Addition): Said {
  if (role !== undefined && !ROLES.includes(role)) {
    throw new ControlError('refused', `role is ${describe(role)}; allowed are ${ROLES.join(', ')}`);
  }
  return { ...(label === undefined ? {} : { label }), ...(role === undefined ? {} : { role }) };
}

function switched(peers: readonly PeerRecord[], peer: PeerRecord, enabled: boolean): readonly PeerRecord[] {
  // `updatedAt` stays: it is the time of the marks, and a merge with another program goes by it.
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
  return new ControlError('refused', `${peerUrl} is no sync peer here; ${insteadOf(peerUrl, known)}`);
}

function insteadOf(peerUrl: string, known: readonly string[]): string {
  if (known.length === 0) return 'there is none yet, add it first';
  const near = nearUrls(peerUrl, known).slice(0, 3);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  const more = known.length > 5 ? ` and ${known.length - 5} more` : '';
  return `there ${known.length === 1 ? 'is' : 'are'} ${known.slice(0, 5).join(', ')}${more}`;
}
