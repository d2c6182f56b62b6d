import { type PeerRecord, peerKey } from '../../../src/policy/peer-record.ts';
import { anyPeerRecord } from '../../policy/any-peer-record.ts';
import { fc } from '../../support/property.ts';

/** Every record, with metadata as JSON can hold it: a −0 there is a 0 after the file. */
export const anyStoredPeer: fc.Arbitrary<PeerRecord> = anyPeerRecord.map((peer) => ({
  ...peer,
  metadata: JSON.parse(JSON.stringify(peer.metadata)),
}));

/** Every list a worker may keep: no peer twice in a bucket. */
export const anyPeerList: fc.Arbitrary<PeerRecord[]> = fc.uniqueArray(anyStoredPeer, {
  selector: peerKey,
  maxLength: 4,
});

/** In the order of the file. */
export function inFileOrder(peers: readonly PeerRecord[]): PeerRecord[] {
  return peers.toSorted((a, b) =>
    a.bucket === b.bucket ? (a.peerUrl < b.peerUrl ? -1 : 1) : a.bucket < b.bucket ? -1 : 1,
  );
}
