import { normalizePeerUrl } from './peer-url.ts';
import {
  count,
  describe,
  type FieldKinds,
  flag,
  oneOf,
  plainObject,
  readFields,
  seconds,
  text,
  wireName,
  writeFields,
} from './wire-fields.ts';

/** What a peer is used for. */
export type PeerBucket = 'bootstrap' | 'sync' | 'push';

/** One entry of the peer store. Times are whole Unix seconds; 0 means never. */
export interface PeerRecord {
  /** What the peer is used for; only `sync` peers are asked. */
  readonly bucket: PeerBucket;
  /** Where it came from: bundle, operator, bootstrap_promoted, runtime. */
  readonly source: string;
  /** Normalised: lower-case scheme and host, no default port, no trailing slash. */
  readonly peerUrl: string;
  readonly transport: string;
  /** participant, relay or seed. */
  readonly role: string;
  readonly label: string;
  readonly signerId: string;
  readonly enabled: boolean;
  readonly addedAt: number;
  readonly updatedAt: number;
  readonly lastSeenAt: number;
  readonly lastSyncOkAt: number;
  readonly lastPushOkAt: number;
  readonly lastError: string;
  readonly failureCount: number;
  /** Not asked before this time: its own backoff or its Retry-After, whichever is later. */
  readonly cooldownUntil: number;
  /** Kept as it came. `retry_after_until`, `retry_after_header`, `passed_over` and `removed` are ours. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a caller must say of a peer: its URL. The rest takes the values of a peer just added by an operator. */
export type PeerRecordInput = { readonly [Field in keyof PeerRecord]?: PeerRecord[Field] | undefined } & {
  readonly peerUrl: string;
};

const kinds: FieldKinds<PeerRecord> = {
  bucket: oneOf(['bootstrap', 'sync', 'push']),
  source: text,
  peerUrl: text,
  transport: text,
  role: text,
  label: text,
  signerId: text,
  enabled: flag,
  addedAt: seconds,
  updatedAt: seconds,
  lastSeenAt: seconds,
  lastSyncOkAt: seconds,
  lastPushOkAt: seconds,
  lastError: text,
  failureCount: count,
  cooldownUntil: seconds,
  metadata: plainObject,
};

const first: PeerRecord = {
  bucket: 'sync',
  source: 'operator',
  peerUrl: '',
  transport: 'clearnet',
  role: 'participant',
  label: '',
  signerId: '',
  enabled: true,
  addedAt: 0,
  updatedAt: 0,
  lastSeenAt: 0,
  lastSyncOkAt: 0,
  lastPushOkAt: 0,
  lastError: '',
  failureCount: 0,
  cooldownUntil: 0,
  metadata: Object.freeze({}),
};

/**
 * Makes a record of what a caller gives: a URL, or a record with any of its fields.
 *
 * @throws TypeError naming the field, its value and what is allowed
 */
export function createPeerRecord(input: string | PeerRecordInput): PeerRecord {
  return read(typeof input === 'string' ? { peerUrl: input } : input, 'peer', (field) => field);
}

/**
 * Reads a record under its wire names.
 *
 * @throws TypeError naming the field, its value and what is allowed
 */
export function peerFromWire(value: unknown): PeerRecord {
  return read(value, 'peer record', wireName);
}

/** The record under its wire names. */
export function peerToWire(record: PeerRecord): Record<string, unknown> {
  return writeFields({ what: 'peer record', kinds, first }, record);
}

/**
 * Makes the list a worker keeps.
 *
 * @throws TypeError naming the entry and its field; also where two records stand for one peer in one bucket, because
 * two memories of one peer's Retry-After would be one too many
 */
export function createPeerList(value: unknown): readonly PeerRecord[] {
  if (!Array.isArray(value)) throw new TypeError(`peers is ${describe(value)}; allowed is an array of peers`);
  const seen = new Map<string, number>();
  return value.map((entry: unknown, index) => {
    const input = typeof entry === 'string' ? { peerUrl: entry } : entry;
    const record = read(input, `peers[${index}]`, (field) => field);
    const key = `${record.bucket} ${record.peerUrl}`;
    const first = seen.get(key);
    if (first !== undefined) {
      throw new TypeError(
        `peers[${index}]: peerUrl ${describe(record.peerUrl)} stands at peers[${first}] already`,
      );
    }
    seen.set(key, index);
    return record;
  });
}

function read(value: unknown, what: string, nameOf: (field: string) => string): PeerRecord {
  const record = readFields({ what, kinds, first }, value, nameOf);
  const until = record.metadata['retry_after_until'];
  if (until !== undefined && !seconds.accepts(until)) {
    throw new TypeError(
      `${what}: metadata.retry_after_until is ${describe(until)}; allowed is ${seconds.allowed}`,
    );
  }
  return { ...record, peerUrl: normalizePeerUrl(record.peerUrl, `${what}: ${nameOf('peerUrl')}`) };
}
