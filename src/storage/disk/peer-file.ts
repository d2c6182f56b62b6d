import { type PeerRecord, peerKey } from '../../policy/peer-record.ts';
import type { PeerStore, StorageNotice } from '../storage.ts';
import { isIntact } from './checksum.ts';
import { type FileSystem, systemPorts } from './file-system.ts';
import { inTurn } from './in-turn.ts';
import { type KnownPeers, mergeChanges, mergePeers } from './merge-peers.ts';
import { createPeerPrinter, type PeerDocument, readPeerDocument, usablePeers } from './peer-document.ts';
import { decoded, readText, stampNow } from './read-text.ts';
import { copyAside, setAside } from './set-aside.ts';
import { StorageUnwritableError } from './storage-errors.ts';
import { removeLeftovers, targetOf, writeAtomically } from './write-atomically.ts';

/** How often a save is retried because another program changed the file meanwhile. */
const MAX_TRIES = 20;

/**
 * A peer store file that other programs write too. A save merges their changes, and changes only what this worker knows better:
 * its marks on sync peers, and the peers that were added to it or removed from it. A write by another program in the
 * microseconds between our last check and the rename can still be lost.
 *
 * The worker reads the file at every start; peers that others add later are picked up at the next start.
 */
export function createPeerFile(path: string): PeerStore {
  const file = openPeerFile(path);
  return { load: async (notify) => (await file.load(notify)) ?? [], save: file.save };
}

/** The same, but distinguishes a missing file from an empty one. @internal */
export interface PeerFile {
  load(notify: (notice: StorageNotice) => void): Promise<readonly PeerRecord[] | undefined>;
  save(peers: readonly PeerRecord[]): Promise<void>;
  /** See {@link DiskStorage.reread}. */
  reread(): Promise<(peers: readonly PeerRecord[]) => readonly PeerRecord[]>;
}

/** The file as we last read or wrote it. */
interface Seen {
  /** Undefined if the file was missing, or was set aside. */
  readonly stamp: string | undefined;
  readonly document: PeerDocument | undefined;
  /** False if its checksum is wrong. */
  readonly isIntact: boolean;
}

/** @internal */
export function openPeerFile(path: string, fs: FileSystem = systemPorts.fs): PeerFile {
  let target = path;
  let known: KnownPeers = new Map();
  let saved: readonly PeerRecord[] | undefined;
  let seen: Seen | undefined;
  /** The file as we left it, or found it at the start. */
  let settled: Seen | undefined;
  const print = createPeerPrinter();
  let notify: (notice: StorageNotice) => void = () => undefined;

  /** The file, read again only if it has changed. */
  const read = async (): Promise<Seen> => {
    if (seen !== undefined && (await stampNow(target, fs)) === seen.stamp) return seen;
    const found = await readText(target, { fs, follow: false });
    let document: PeerDocument | undefined;
    try {
      document = found && readPeerDocument(decoded(found));
    } catch (error) {
      await setAside(target, error, fs, notify);
    }
    const now = {
      stamp: document && found?.stamp,
      document,
      isIntact: found === undefined || document === undefined || isIntact(found, document.top),
    };
    if (found === undefined && seen?.stamp !== undefined) notify({ message: `${target} was gone` });
    for (const message of problemsOf(now, seen)) notify({ message: `${target} ${message}` });
    seen = now;
    return now;
  };

  const load: PeerFile['load'] = async (onNotice) => {
    notify = onNotice;
    known = new Map();
    [saved, seen, settled] = [undefined, undefined, undefined];
    target = await targetOf(path, fs);
    await removeLeftovers(target, fs, notify);
    settled = await read();
    const { document } = settled;
    if (document === undefined) return undefined;
    for (const { problem } of document.entries) {
      if (problem !== undefined) notify({ message: `${target}: ${problem}; left as it is, and not used` });
    }
    saved = usablePeers(document);
    known = new Map(saved.map((peer) => [peerKey(peer), { ours: peer, theirs: peer }]));
    return saved;
  };

  const save: PeerFile['save'] = async (peers) => {
    for (let turn = 0; turn < MAX_TRIES; turn += 1) {
      const now = await read();
      if (peers === saved && now === settled) return;
      const few = now === settled && now.document && saved && mergeChanges(now.document, peers, saved, known);
      const merged = few || mergePeers(now.document, peers, known);
      const displaced = merged.displaced.map(({ problem }) => problem);
      if (displaced.length > 0) await copyAside(target, displaced.join('; '), fs, notify);
      let { stamp } = now;
      if (isChanged(now, merged.document)) {
        const isWanted = async (): Promise<boolean> => (await stampNow(target, fs)) === now.stamp;
        stamp = await writeAtomically(target, print(merged.document), fs, isWanted);
        if (stamp === undefined) continue;
      }
      seen = { stamp, document: merged.document, isIntact: true };
      settled = seen;
      known = merged.known;
      saved = peers;
      return;
    }
    throw new StorageUnwritableError(
      target,
      new Error(`another program changed it ${MAX_TRIES} times meanwhile`),
    );
  };

  const reread: PeerFile['reread'] = async () => {
    const { document } = await read();
    const knownNow = known;
    // Without a file there are no changes by others.
    if (document === undefined) return (peers) => peers;
    return (peers) => usablePeers(mergePeers(document, peers, knownNow).document);
  };

  return {
    load: (onNotice) => inTurn(path, () => load(onNotice)),
    save: (peers) => inTurn(path, () => save(peers)),
    reread: () => inTurn(path, reread),
  };
}

/** Whether the file must be written to contain the document. */
function isChanged({ document, isIntact }: Seen, next: PeerDocument): boolean {
  return (
    !isIntact ||
    document?.entries.length !== next.entries.length ||
    document.entries.some(({ raw }, index) => raw !== next.entries[index]?.raw)
  );
}

/** What to report about a file that was found in place of the expected one. */
function problemsOf(found: Seen, before: Seen | undefined): readonly string[] {
  const times = new Map(before?.document?.entries.map(({ key, record }) => [key, record?.updatedAt ?? 0]));
  const older = (found.document?.entries ?? []).filter(
    ({ key, record }) => record !== undefined && record.updatedAt < (times.get(key) ?? record.updatedAt),
  );
  return [
    ...(found.isIntact
      ? []
      : [
          'does not match its checksum: it is damaged, or another program changed it and kept the checksum. What can be read of it is used, and no Retry-After is shortened',
        ]),
    ...(older.length === 0
      ? []
      : [
          `has ${older.length} records that are older than they were, as in an older copy; this worker writes again what it knows better`,
        ]),
  ];
}
