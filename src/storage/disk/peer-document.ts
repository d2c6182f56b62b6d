import { asPeerList, type PeerRecord, peerKey } from '../../policy/peer-record.ts';
import { keepRetryAfter } from '../../policy/peer-updates.ts';
import { normalizePeerUrl } from '../../policy/peer-url.ts';
import { peerFromWire } from '../../policy/peer-wire.ts';
import { messageOf } from '../../policy/thrown.ts';
import { describe, isRecord } from '../../policy/wire-fields.ts';
import { withChecksum, withoutChecksum } from './checksum.ts';
import { parseExact, printExact } from './exact-json.ts';

const VERSION = 1;
/** JSON.stringify may fail on values that are nested deeper than this. */
const MAX_DEPTH = 500;

/** A peer store file, including what other programs keep in it. */
export interface PeerDocument {
  /** The object around the records. */
  readonly top: Readonly<Record<string, unknown>>;
  readonly entries: readonly PeerEntry[];
}

/** One of the records. */
export interface PeerEntry {
  /** The record as in the file, read by `parseExact`, including unknown fields. */
  readonly raw: unknown;
  /** The same, with plain numbers. */
  readonly plain: unknown;
  /** Bucket and URL; undefined if the record has none. */
  readonly key: string | undefined;
  /** Undefined if the record is unusable; it then stays in the file as it is. */
  readonly record: PeerRecord | undefined;
  /** Why the record is unusable. */
  readonly problem?: string;
  /** The parsed record, if an earlier record in the file is for the same peer. */
  readonly twin?: PeerRecord;
}

/**
 * Reads a peer store file. An unusable record does not affect the others.
 *
 * @throws SyntaxError if it is not JSON, RangeError if it is nested too deep to be written again, TypeError naming what is
 * wrong with the file as a whole
 */
export function readPeerDocument(text: string): PeerDocument {
  const { exact: top, plain: value } = parseExact(text);
  if (!isRecord(top) || !isRecord(value))
    throw new TypeError(`it is ${describe(value)}; allowed is an object`);
  const { version, records } = value;
  if (version !== VERSION) throw new TypeError(`version is ${describe(version)}; allowed is ${VERSION}`);
  const raws = top['records'];
  if (!Array.isArray(raws) || !Array.isArray(records)) {
    throw new TypeError(`records is ${describe(records)}; allowed is an array`);
  }
  needShallow(top);
  const seen = new Set<string>();
  const entries = raws.map((raw: unknown, index) => {
    const entry = readEntry(raw, records[index], `records[${index}]`);
    if (entry.record === undefined || entry.key === undefined) return entry;
    if (seen.has(entry.key)) {
      const problem = `records[${index}]: ${entry.key} stands in the file before`;
      return { ...entry, record: undefined, problem, twin: entry.record };
    }
    seen.add(entry.key);
    return entry;
  });
  return { top, entries: inFileOrder(entries) };
}

/** The usable records, each with the latest Retry-After that the file has for its peer. */
export function usablePeers({ entries }: PeerDocument): readonly PeerRecord[] {
  const latest = new Map<string | undefined, PeerRecord>();
  for (const { key, twin } of entries) {
    if (twin !== undefined) latest.set(key, keepRetryAfter(twin, latest.get(key) ?? twin));
  }
  return asPeerList(
    entries.flatMap(({ key, record }) =>
      record === undefined ? [] : [keepRetryAfter(record, latest.get(key) ?? record)],
    ),
  );
}

/** An entry for a record that the file does not have. */
export function newEntry(record: PeerRecord, raw: unknown): PeerEntry {
  return { raw, plain: raw, key: peerKey(record), record };
}

/** Sorts the records as in the file: by bucket and URL, as written there. */
export function inFileOrder(entries: readonly PeerEntry[]): readonly PeerEntry[] {
  return entries.toSorted(
    (a, b) =>
      compare(member(a, 'bucket'), member(b, 'bucket')) ||
      compare(member(a, 'peer_url'), member(b, 'peer_url')),
  );
}

/** The number of records that are printed together; a change of one reprints all of them. */
const PER_PIECE = 128;
const RECORDS = '\n  "records": []';

/** Returns a function that prints documents, and reuses the pieces that have not changed since the last call. */
export function createPeerPrinter(): (document: PeerDocument) => readonly Uint8Array[] {
  let known: readonly { readonly entries: readonly PeerEntry[]; readonly bytes: Uint8Array }[] = [];
  return ({ top, entries }) => {
    const pieces: (typeof known)[number][] = [];
    for (let first = 0; first < entries.length; first += PER_PIECE) {
      const some = entries.slice(first, first + PER_PIECE);
      const old = known[pieces.length];
      const isSame =
        old?.entries.length === some.length && some.every((entry, at) => entry === old.entries[at]);
      pieces.push(
        old !== undefined && isSame ? old : { entries: some, bytes: printEntries(some, first === 0) },
      );
    }
    known = pieces;
    const around = printExact({ ...withoutChecksum(top), version: VERSION, records: [] }).slice(0, -2);
    // No other member has this text at this depth on its own line.
    const at = around.indexOf(RECORDS) + RECORDS.length - 1;
    const end = pieces.length === 0 ? '' : '\n  ';
    return withChecksum([
      Buffer.from(around.slice(0, at)),
      ...pieces.map(({ bytes }) => bytes),
      Buffer.from(`${end}${around.slice(at)}`),
    ]);
  };
}

function printEntries(entries: readonly PeerEntry[], isFirst: boolean): Uint8Array {
  const texts = entries.map(({ raw }) => printExact(raw).replaceAll('\n', '\n    '));
  return Buffer.from(`${isFirst ? '' : ','}\n    ${texts.join(',\n    ')}`);
}

/** @throws RangeError */
function needShallow(value: object, depth = 0): void {
  if (depth > MAX_DEPTH) throw new RangeError(`it is nested deeper than ${MAX_DEPTH} levels`);
  for (const held of Object.values(value)) {
    if (typeof held === 'object' && held !== null) needShallow(held, depth + 1);
  }
}

function readEntry(raw: unknown, plain: unknown, where: string): PeerEntry {
  try {
    const record = peerFromWire(plain);
    return { raw, plain, key: peerKey(record), record };
  } catch (error) {
    return { raw, plain, key: rawKey(plain), record: undefined, problem: `${where}: ${messageOf(error)}` };
  }
}

function rawKey(plain: unknown): string | undefined {
  if (!isRecord(plain)) return undefined;
  const { bucket, peer_url: url } = plain;
  if (typeof bucket !== 'string' || typeof url !== 'string') return undefined;
  try {
    return `${bucket} ${normalizePeerUrl(url)}`;
  } catch {
    return `${bucket} ${url}`;
  }
}

function member({ raw }: PeerEntry, name: string): string {
  return String(isRecord(raw) ? raw[name] : undefined);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
