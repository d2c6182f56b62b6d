import type { PeerRecord } from '../../policy/peer-record.ts';
import type { PeerStore, StorageNotice } from '../storage.ts';
import { inTurn } from './in-turn.ts';
import { type KnownPeers, mergePeers } from './merge-peers.ts';
import {
  type PeerDocument,
  peerKey,
  printPeerDocument,
  readPeerDocument,
  usablePeers,
} from './peer-document.ts';
import { decoded, type FoundFile, readText } from './read-text.ts';
import { copyAside, setAside } from './set-aside.ts';
import { StorageUnwritableError } from './storage-errors.ts';
import { removeLeftovers } from './temporary-file.ts';
import { writeAtomically } from './write-atomically.ts';

/** How often a save begins anew because another program changed the file meanwhile. */
const MAX_TRIES = 20;

/**
 * A peer store file that other programs write too. A save reads it again and changes nothing but what this worker
 * knows better: its marks on sync peers, and the peers it was given or that were taken from it. Another program that
 * writes without looking, within the microseconds between our last look and the rename, can still be overwritten.
 *
 * The worker reads it at every start; peers that others add meanwhile it meets at the next one.
 */
export function createPeerFile(path: string): PeerStore {
  const file = openPeerFile(path);
  return { load: async (notify) => (await file.load(notify)) ?? [], save: file.save };
}

/** The same, and tells a file that is not there from an empty one. @internal */
export interface PeerFile {
  load(notify: (notice: StorageNotice) => void): Promise<readonly PeerRecord[] | undefined>;
  save(peers: readonly PeerRecord[]): Promise<void>;
  /** See {@link DiskStorage.reread}. */
  reread(): Promise<(peers: readonly PeerRecord[]) => readonly PeerRecord[]>;
}

/** @param write what replaces the file; another one only in tests. @internal */
export function openPeerFile(path: string, write: typeof writeAtomically = writeAtomically): PeerFile {
  let known: KnownPeers = new Map();
  let saved: readonly PeerRecord[] | undefined;
  let tell: (notice: StorageNotice) => void = () => undefined;

  const read = async (found: FoundFile): Promise<PeerDocument | undefined> => {
    try {
      return readPeerDocument(decoded(found));
    } catch (error) {
      await setAside(path, error, tell);
      return undefined;
    }
  };

  const load: PeerFile['load'] = async (notify) => {
    tell = notify;
    known = new Map();
    saved = undefined;
    await removeLeftovers(path, notify);
    const found = await readText(path);
    const document = found && (await read(found));
    if (document === undefined) return undefined;
    for (const { problem } of document.entries) {
      if (problem !== undefined) tell({ message: `${path}: ${problem}; left as it is, and not used` });
    }
    const peers = usablePeers(document);
    known = new Map(peers.map((peer) => [peerKey(peer), { ours: peer, theirs: peer }]));
    saved = peers;
    return peers;
  };

  const save: PeerFile['save'] = async (peers) => {
    if (peers === saved) return;
    for (let turn = 0; turn < MAX_TRIES; turn += 1) {
      const found = await readText(path);
      const document = found && (await read(found));
      const merged = mergePeers(document, peers, known);
      const displaced = merged.displaced.map(({ problem }) => problem);
      if (displaced.length > 0) await copyAside(path, displaced.join('; '), tell);
      const text = printPeerDocument(merged.document);
      const asItWas = document && found?.text;
      const isUnchanged = async (): Promise<boolean> => (await readText(path))?.text === asItWas;
      if (text !== asItWas && !(await write(path, text, isUnchanged))) continue;
      known = merged.known;
      saved = peers;
      return;
    }
    throw new StorageUnwritableError(
      path,
      new Error(`another program changed it ${MAX_TRIES} times meanwhile`),
    );
  };

  const reread: PeerFile['reread'] = async () => {
    const found = await readText(path);
    const document = found && (await read(found));
    const knownNow = known;
    // Without a file there is nothing that others could have changed.
    if (document === undefined) return (peers) => peers;
    return (peers) => usablePeers(mergePeers(document, peers, knownNow).document);
  };

  return {
    load: (notify) => inTurn(path, () => load(notify)),
    save: (peers) => inTurn(path, () => save(peers)),
    reread: () => inTurn(path, reread),
  };
}
