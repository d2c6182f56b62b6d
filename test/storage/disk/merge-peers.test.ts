import { expect, test } from 'vitest';
import type { PeerRecord } from '../../../src/index.ts';
import { peerKey } from '../../../src/policy/peer-record.ts';
import { mergeChanges, mergePeers } from '../../../src/storage/disk/merge-peers.ts';
import { createPeerPrinter } from '../../../src/storage/disk/peer-document.ts';
import { expectEqual } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';
import { anyPeerList, anyStoredPeer } from './any-peer-list.ts';

const text = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString();

test('what a save does for a file that is as we left it is what it does for any file', () => {
  fc.assert(
    fc.property(
      anyPeerList,
      fc.array(fc.tuple(fc.nat(), anyStoredPeer), { maxLength: 3 }),
      (first, changes) => {
        const before = mergePeers(undefined, first, new Map());
        const saved: readonly PeerRecord[] = first;
        const peers = changes.reduce<readonly PeerRecord[]>(
          (list, [at, from]) =>
            list.map((peer, index) =>
              index === at % list.length ? { ...from, bucket: peer.bucket, peerUrl: peer.peerUrl } : peer,
            ),
          first,
        );
        const quick = mergeChanges(before.document, peers, saved, before.known);
        const slow = mergePeers(before.document, peers, before.known);
        expectEqual(quick?.document, slow.document);
        expectEqual(quick?.known, slow.known);
        const print = createPeerPrinter();
        print(before.document);
        expectEqual(text(print(slow.document)), text(createPeerPrinter()(slow.document)));
      },
    ),
  );
});

test('a list with other peers is merged in full', () => {
  fc.assert(
    fc.property(anyPeerList, anyStoredPeer, (first, other) => {
      fc.pre(first.length > 0 && first.every((peer) => peerKey(peer) !== peerKey(other)));
      const { document, known } = mergePeers(undefined, first, new Map());
      expect(mergeChanges(document, [other, ...first.slice(1)], first, known)).toBeUndefined();
      expect(mergeChanges(document, [...first, other], first, known)).toBeUndefined();
    }),
  );
});
