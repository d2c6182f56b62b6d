import type { PeerRecord } from '../../policy/peer-record.ts';
import { keepRetryAfter } from '../../policy/peer-updates.ts';
import { normalizePeerUrl } from '../../policy/peer-url.ts';
import { peerFromWire } from '../../policy/peer-wire.ts';
import { describe, isRecord } from '../../policy/wire-fields.ts';
import { parseExact, plain, printExact } from './exact-json.ts';

const VERSION = 1;

/** A peer store file, with whatever else other programs keep in it. */
export interface PeerDocument {
  /** The object around the records. */
  readonly top: Readonly<Record<string, unknown>>;
  readonly entries: readonly PeerEntry[];
}

/** One of the records. */
export interface PeerEntry {
  /** As the file has it: read by `parseExact`, with fields that we do not know. */
  readonly raw: unknown;
  /** Bucket and URL; undefined where there are none. */
  readonly key: string | undefined;
  /** Undefined if it cannot be used; it then stays in the file as it is. */
  readonly record: PeerRecord | undefined;
  /** Why it cannot be used. */
  readonly problem: string | undefined;
  /** What it says of a peer that has a record before this one. */
  readonly twin?: PeerRecord;
}

/**
 * Reads a peer store file. A record that cannot be used spoils none of the others.
 *
 * @throws SyntaxError for what is no JSON, RangeError for what is nested too deep to be written again, TypeError naming
 * what is wrong with the file as a whole
 */
export function readPeerDocument(text: string): PeerDocument {
  const top = parseExact(text);
  const value = plain(top);
  if (!isRecord(top) || !isRecord(value))
    throw new TypeError(`it is ${describe(value)}; allowed is an object`);
  const { version, records } = value;
  if (version !== VERSION) throw new TypeError(`version is ${describe(version)}; allowed is ${VERSION}`);
  const raws = top['records'];
  if (!Array.isArray(raws) || !Array.isArray(records)) {
    throw new TypeError(`records is ${describe(records)}; allowed is an array`);
  }
  const seen = new Set<string>();
  const entries = raws.map((raw: unknown, index) => {
    const entry = readEntry(raw, records[index], `records[${index}]`);
    if (entry.record === undefined || entry.key === undefined) return entry;
    if (!seen.has(entry.key)) {
      seen.add(entry.key);
      return entry;
    }
    const problem = `records[${index}]: ${entry.key} stands in the file before`;
    return { ...entry, record: undefined, problem, twin: entry.record };
  });
  return { top, entries };
}

/** The records that can be used; of what a peer asked for, the later wish where a file has it twice. */
export function usablePeers({ entries }: PeerDocument): PeerRecord[] {
  return entries.flatMap(({ key, record }) => {
    if (record === undefined) return [];
    const twins = entries.filter((entry) => entry.key === key).flatMap(({ twin }) => twin ?? []);
    return [twins.reduce(keepRetryAfter, record)];
  });
}

/** The text of a file with these records. */
export function printPeerDocument({ top, entries }: PeerDocument): string {
  const records = entries.toSorted((a, b) => compare(sortKey(a), sortKey(b))).map(({ raw }) => raw);
  return printExact({ ...top, version: VERSION, records });
}

/** What tells the peers of a file apart. */
export function peerKey({ bucket, peerUrl }: Pick<PeerRecord, 'bucket' | 'peerUrl'>): string {
  return `${bucket} ${peerUrl}`;
}

function readEntry(raw: unknown, value: unknown, where: string): PeerEntry {
  try {
    const record = peerFromWire(value);
    return { raw, key: peerKey(record), record, problem: undefined };
  } catch (error) {
    const problem = `${where}: ${error instanceof Error ? error.message : String(error)}`;
    return { raw, key: rawKey(raw), record: undefined, problem };
  }
}

function rawKey(raw: unknown): string | undefined {
  if (!isRecord(raw)) return undefined;
  const { bucket, peer_url: url } = raw;
  if (typeof bucket !== 'string' || typeof url !== 'string') return undefined;
  return `${bucket} ${normalized(url)}`;
}

function normalized(url: string): string {
  try {
    return normalizePeerUrl(url);
  } catch {
    return url;
  }
}

function sortKey({ raw }: PeerEntry): readonly [string, string] {
  const { bucket, peer_url: url } = isRecord(raw) ? raw : { bucket: undefined, peer_url: undefined };
  return [String(bucket), String(url)];
}

function compare([bucket, url]: readonly [string, string], other: readonly [string, string]): number {
  if (bucket !== other[0]) return bucket < other[0] ? -1 : 1;
  if (url === other[1]) return 0;
  return url < other[1] ? -1 : 1;
}
