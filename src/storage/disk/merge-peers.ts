import { isDeepStrictEqual } from 'node:util';
import { takeOurMetadata, wireMetadata } from '../../policy/peer-metadata.ts';
import { type PeerRecord, peerKey } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { keepRetryAfter, rememberRemoved } from '../../policy/peer-updates.ts';
import { peerToWire } from '../../policy/peer-wire.ts';
import { isRecord } from '../../policy/wire-fields.ts';
import { type KnownPeer, mergePeer } from './merge-peer.ts';
import { inFileOrder, newEntry, type PeerDocument, type PeerEntry } from './peer-document.ts';

/** The peers as they were when we last read or wrote the file, by bucket and URL. */
export type KnownPeers = ReadonlyMap<string, KnownPeer>;

/** The new content of a file. */
export interface MergedPeers {
  readonly document: PeerDocument;
  readonly known: KnownPeers;
  /** Unusable records that are replaced by ours. */
  readonly displaced: readonly PeerEntry[];
}

const nothing: PeerDocument = { top: {}, entries: [] };

/**
 * Merges our peers into a file that other programs write too.
 *
 * Records that we never knew or cannot use stay as they are. Sync records that we removed are deleted, and records that others
 * removed are not added again; but a record with a Retry-After stays in both cases, disabled.
 */
export function mergePeers(
  found: PeerDocument | undefined,
  peers: readonly PeerRecord[],
  earlier: KnownPeers,
): MergedPeers {
  const document = found ?? nothing;
  // A file that is gone does not mean that its peers were removed.
  const before: KnownPeers = found === undefined ? new Map() : earlier;
  const ours = new Map(peers.map((peer) => [peerKey(peer), peer]));
  const stays = new Set<string>();
  for (const { key, record } of document.entries) if (key !== undefined && record) stays.add(key);
  const isDisplaced = ({ key, record }: PeerEntry): boolean =>
    record === undefined && key !== undefined && ours.has(key) && !stays.has(key);
  const displaced = document.entries.filter(isDisplaced);

  const entries: PeerEntry[] = [];
  const known = new Map<string, KnownPeer>();
  for (const entry of document.entries) {
    const { key, record: theirs } = entry;
    const mine = key === undefined ? undefined : ours.get(key);
    if (key === undefined || theirs === undefined) {
      if (!isDisplaced(entry)) entries.push(entry);
    } else if (mine !== undefined) {
      const was = before.get(key);
      // A save changes one or two of thousands of peers: reuse the others.
      const isUnchanged = was !== undefined && was.ours === mine && was.theirs === theirs;
      const merged = isUnchanged ? entry : changed(entry, theirs, mergePeer(theirs, mine, was));
      entries.push(merged);
      known.set(key, isUnchanged ? was : { ours: mine, theirs: merged.record });
    } else {
      const kept = withoutOurs(theirs, before.get(key));
      if (kept !== undefined) entries.push(changed(entry, theirs, kept));
    }
  }
  for (const [key, mine] of ours) {
    if (stays.has(key)) continue;
    const old = displaced.filter((entry) => entry.key === key);
    const added = old.length > 0 || !before.has(key) ? mine : onlyRetryAfter(mine);
    const entry = added && entryOf(added, old);
    if (entry !== undefined) entries.push(entry);
    known.set(key, { ours: mine, theirs: entry?.record });
  }
  return { document: { ...document, entries: inFileOrder(entries) }, known, displaced };
}

/**
 * The same for a file that is as we left it. A run changes one or two of thousands of records, and only those are merged.
 *
 * @returns undefined if there is more to merge
 */
export function mergeChanges(
  found: PeerDocument,
  peers: readonly PeerRecord[],
  saved: readonly PeerRecord[],
  earlier: KnownPeers,
): MergedPeers | undefined {
  if (peers.length !== saved.length) return undefined;
  const entries = [...found.entries];
  const known = new Map(earlier);
  for (const [index, mine] of peers.entries()) {
    const before = saved[index];
    if (mine === before) continue;
    const key = peerKey(mine);
    const place = placesOf(found).get(key);
    const entry = place === undefined ? undefined : entries[place];
    if (before === undefined || peerKey(before) !== key || entry?.record === undefined || place === undefined)
      return undefined;
    const merged = changed(entry, entry.record, mergePeer(entry.record, mine, known.get(key)));
    entries[place] = merged;
    known.set(key, { ours: mine, theirs: merged.record });
  }
  places.set(entries, placesOf(found));
  return { document: { ...found, entries }, known, displaced: [] };
}

/** The indexes of the usable records. */
const places = new WeakMap<PeerDocument['entries'], ReadonlyMap<string, number>>();

function placesOf({ entries }: PeerDocument): ReadonlyMap<string, number> {
  const found =
    places.get(entries) ??
    new Map(
      entries.flatMap(({ key, record }, index) => (key === undefined || !record ? [] : [[key, index]])),
    );
  places.set(entries, found);
  return found;
}

/** What remains of a record in the file that we never had or have removed. */
function withoutOurs(theirs: PeerRecord, known: KnownPeer | undefined): PeerRecord | undefined {
  if (known === undefined || theirs.bucket !== 'sync') return theirs;
  const isNewer = retryAfterUntil(theirs) > retryAfterUntil(known.theirs ?? known.ours);
  return isNewer ? onlyRetryAfter(theirs) : undefined;
}

/** A record kept only for its Retry-After; undefined if it has none. */
function onlyRetryAfter(peer: PeerRecord): PeerRecord | undefined {
  // The worker knows the time and drops it at the next start if it is over.
  return rememberRemoved([peer], 0)[0];
}

/** The entry of the file, with only the differences applied. */
function changed(entry: PeerEntry, before: PeerRecord, record: PeerRecord): PeerEntry {
  const { metadata: _all, ...fields } = differences(peerToWire(before), peerToWire(record));
  const [old, now] = [wireMetadata(before), wireMetadata(record)];
  const isGone = (key: string): boolean => Object.hasOwn(old, key) && !Object.hasOwn(now, key);
  const news = differences(old, now);
  const stays = Object.entries(metadataOf(entry.raw)).filter(([key]) => !isGone(key));
  const isSame = Object.keys(news).length === 0 && !Object.keys(old).some(isGone);
  if (isSame && Object.keys(fields).length === 0) return { ...entry, record };
  const metadata = isSame ? {} : { metadata: { ...Object.fromEntries(stays), ...news } };
  return newEntry(record, { ...(isRecord(entry.raw) ? entry.raw : {}), ...fields, ...metadata });
}

/** A new entry. It keeps the other fields of an unusable record that it replaces. */
function entryOf(peer: PeerRecord, displaced: readonly PeerEntry[]): PeerEntry {
  const old = displaced.find(({ raw }) => isRecord(raw));
  if (old === undefined) return newEntry(peer, peerToWire(peer));
  const record = keepRetryAfter(peer, withRetryAfterOf(peer, metadataOf(old.plain)));
  const metadata = { ...metadataOf(old.raw), ...wireMetadata(record) };
  return newEntry(record, { ...(isRecord(old.raw) ? old.raw : {}), ...peerToWire(record), metadata });
}

/** The peer with the Retry-After of an unusable record, if that can be read. */
function withRetryAfterOf(peer: PeerRecord, metadata: PeerRecord['metadata']): PeerRecord {
  try {
    return takeOurMetadata({ ...peer, retryAfter: null, metadata }, 'peer record');
  } catch {
    // Its Retry-After is malformed: there is nothing to keep.
    return peer;
  }
}

function differences(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(now).filter(
      ([key, value]) => !Object.hasOwn(before, key) || !isDeepStrictEqual(before[key], value),
    ),
  );
}

function metadataOf(raw: unknown): Readonly<Record<string, unknown>> {
  const metadata = isRecord(raw) ? raw['metadata'] : undefined;
  return isRecord(metadata) ? metadata : {};
}
