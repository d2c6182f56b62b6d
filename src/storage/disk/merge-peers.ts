import { isDeepStrictEqual } from 'node:util';
import { takeOurMetadata, wireMetadata } from '../../policy/peer-metadata.ts';
import type { PeerRecord } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { keepRetryAfter, rememberRemoved } from '../../policy/peer-updates.ts';
import { peerToWire } from '../../policy/peer-wire.ts';
import { isRecord } from '../../policy/wire-fields.ts';
import { plain } from './exact-json.ts';
import { type KnownPeer, mergePeer } from './merge-peer.ts';
import { type PeerDocument, type PeerEntry, peerKey } from './peer-document.ts';

/** The peers as they were when we last read or wrote the file, by bucket and URL. */
export type KnownPeers = ReadonlyMap<string, KnownPeer>;

/** What a file is to hold now. */
export interface MergedPeers {
  readonly document: PeerDocument;
  readonly known: KnownPeers;
  /** Records that could not be used, and that one of ours now stands in for. */
  readonly displaced: readonly PeerEntry[];
}

const nothing: PeerDocument = { top: {}, entries: [] };

/**
 * Puts our peers into a file that others write too.
 *
 * Records that we never knew, or cannot use, stay as they are. What we removed goes, but of sync records only; what
 * others removed stays away. Neither way is a Retry-After forgotten: its record then stays, disabled.
 */
export function mergePeers(
  found: PeerDocument | undefined,
  peers: readonly PeerRecord[],
  earlier: KnownPeers,
): MergedPeers {
  const { top, entries } = found ?? nothing;
  // A file that is gone was not emptied by anybody.
  const before: KnownPeers = found === undefined ? new Map() : earlier;
  const ours = new Map(peers.map((peer) => [peerKey(peer), peer]));
  const stays = new Set(entries.flatMap(({ key, record }) => (key === undefined || !record ? [] : [key])));
  const displaced = entries.filter(
    ({ key, record }) => key !== undefined && !record && ours.has(key) && !stays.has(key),
  );

  const kept = entries
    .filter((entry) => !displaced.includes(entry))
    .flatMap((entry): readonly PeerEntry[] => {
      const { key, record: theirs } = entry;
      if (key === undefined || theirs === undefined) return [entry];
      const mine = ours.get(key);
      const known = before.get(key);
      if (mine !== undefined) return [changed(entry, theirs, mergePeer(theirs, mine, known))];
      if (known === undefined || theirs.bucket !== 'sync') return [entry];
      const isNews = retryAfterUntil(theirs) > retryAfterUntil(known.theirs ?? known.ours);
      return isNews ? silenced(theirs).map((silent) => changed(entry, theirs, silent)) : [];
    });
  const added = [...ours].flatMap(([key, mine]): readonly PeerEntry[] => {
    if (stays.has(key)) return [];
    const old = displaced.filter((entry) => entry.key === key);
    if (old.length > 0 || !before.has(key)) return [entryOf(mine, old)];
    return silenced(mine).map((silent) => entryOf(silent, []));
  });

  const document = { top, entries: [...kept, ...added] };
  const written = new Map(document.entries.map(({ key, record }) => [key, record]));
  const known = new Map([...ours].map(([key, mine]) => [key, { ours: mine, theirs: written.get(key) }]));
  return { document, known, displaced };
}

/** Its Retry-After and nothing else of it counts. None, if it names no Retry-After. */
function silenced(peer: PeerRecord): readonly PeerRecord[] {
  // Whether it still runs is for the clock of the worker, which drops it at the next start.
  return rememberRemoved([peer], 0);
}

/** An entry as the file had it, except for what differs now. */
function changed(entry: PeerEntry, before: PeerRecord, record: PeerRecord): PeerEntry {
  const raw = isRecord(entry.raw) ? entry.raw : {};
  const { metadata: _all, ...fields } = differences(peerToWire(before), peerToWire(record));
  const [old, now] = [wireMetadata(before), wireMetadata(record)];
  const gone = Object.keys(old).filter((key) => !Object.hasOwn(now, key));
  const news = differences(old, now);
  if (gone.length === 0 && Object.keys(news).length === 0)
    return { ...entry, record, raw: { ...raw, ...fields } };
  const stays = Object.entries(metadataOf(raw)).filter(([key]) => !gone.includes(key));
  return {
    ...entry,
    record,
    raw: { ...raw, ...fields, metadata: { ...Object.fromEntries(stays), ...news } },
  };
}

/** A new entry. It keeps what else the one had that it stands in for. */
function entryOf(peer: PeerRecord, displaced: readonly PeerEntry[]): PeerEntry {
  const raw = displaced.map((entry) => entry.raw).find(isRecord);
  if (raw === undefined)
    return { raw: peerToWire(peer), key: peerKey(peer), record: peer, problem: undefined };
  const old = metadataOf(raw);
  const record = keepRetryAfter(peer, withRetryAfterOf(peer, metadataOf(plain(raw))));
  const metadata = { ...old, ...wireMetadata(record) };
  return {
    raw: { ...raw, ...peerToWire(record), metadata },
    key: peerKey(record),
    record,
    problem: undefined,
  };
}

/** The peer with the Retry-After of a record that could not be used, as far as that can be read. */
function withRetryAfterOf(peer: PeerRecord, metadata: PeerRecord['metadata']): PeerRecord {
  try {
    return takeOurMetadata({ ...peer, retryAfter: null, metadata }, 'peer record');
  } catch {
    // It names no time: there is nothing to keep.
    return peer;
  }
}

function differences(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const differs = (key: string): boolean =>
    !Object.hasOwn(before, key) || !isDeepStrictEqual(before[key], now[key]);
  return Object.fromEntries(Object.entries(now).filter(([key]) => differs(key)));
}

function metadataOf(raw: unknown): Readonly<Record<string, unknown>> {
  const metadata = isRecord(raw) ? raw['metadata'] : undefined;
  return isRecord(metadata) ? metadata : {};
}
