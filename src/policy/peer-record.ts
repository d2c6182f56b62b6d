import { takeOurMetadata } from './peer-metadata.ts';
import { normalizePeerUrl } from './peer-url.ts';
import {
  count,
  describe,
  type FieldKinds,
  flag,
  type ObjectFields,
  oneOf,
  ownFields,
  plainObject,
  readFields,
  seconds,
  text,
} from './wire-fields.ts';

/** What a peer is used for. */
export type PeerBucket = 'bootstrap' | 'sync' | 'push';

/** A peer's last Retry-After. It is kept after it is over, because it counts again if the clock is set back. */
export interface PeerRetryAfter {
  /** The peer is not contacted before this time, in whole Unix seconds. */
  readonly until: number;
  /** The header as the server sent it; '' if unknown. */
  readonly header: string;
}

/** One entry of the peer store. Times are whole Unix seconds; 0 means never. */
export interface PeerRecord {
  /** What the peer is used for; only `sync` peers are asked. */
  readonly bucket: PeerBucket;
  /** Where the peer came from: bundle, operator, bootstrap_promoted, runtime. */
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
  /** Its last Retry-After; null if it never sent one. */
  readonly retryAfter: PeerRetryAfter | null;
  /** Why an enabled peer is never asked, for example because of its transport; '' if it may be. */
  readonly excluded: string;
  /** The peer was removed from the list, and is remembered until its cooldown and its Retry-After are over. */
  readonly removed: boolean;
  /** When an attempt at this peer last ended. */
  readonly lastAskedAt: number;
  /** Whether its last good answer changed the head. True for a peer that was never asked: it may have news. */
  readonly lastBroughtNews: boolean;
  /** A stop withdrew its newest attempt, and no attempt has finished since. */
  readonly withdrawn: boolean;
  /** What other programs store with the record; kept unchanged. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A peer as a caller gives it: only the URL is required. The rest defaults to the values of a peer just added by an operator. */
export type PeerRecordInput = { readonly [Field in keyof PeerRecord]?: PeerRecord[Field] | undefined } & {
  readonly peerUrl: string;
};

/** @internal */
export const peerKinds: FieldKinds<PeerRecord> = {
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
  retryAfter: {
    allowed: 'null or { until: whole seconds, header: string }',
    accepts: (value): value is PeerRetryAfter | null =>
      value === null ||
      (plainObject.accepts(value) && seconds.accepts(value['until']) && text.accepts(value['header'])),
  },
  excluded: text,
  removed: flag,
  lastAskedAt: seconds,
  lastBroughtNews: flag,
  withdrawn: flag,
  metadata: plainObject,
};

/** A peer just added by an operator. @internal */
export const newPeer: PeerRecord = Object.freeze({
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
  retryAfter: null,
  excluded: '',
  removed: false,
  lastAskedAt: 0,
  lastBroughtNews: true,
  withdrawn: false,
  metadata: Object.freeze({}),
});

const peerFields: ObjectFields<PeerRecord> = ownFields(peerKinds, newPeer);

/**
 * Lists that have been parsed. The lists that the steps of a run make are not added: that would cost more than the steps
 * themselves, and they are rarely passed in again.
 */
const parsedLists = new WeakSet<object>();

/**
 * Makes a record from a URL, or from a record with any of its fields.
 *
 * @throws TypeError naming the field, its value and what is allowed
 */
export function createPeerRecord(input: string | PeerRecordInput): PeerRecord {
  return readPeer(typeof input === 'string' ? { peerUrl: input } : input, 'peer');
}

/**
 * Makes the list that a worker keeps. A list that this function made is returned as it is.
 *
 * @throws TypeError naming the entry and its field; also if two records are for the same peer and bucket, because they could
 * disagree about its Retry-After
 */
export function createPeerList(value: unknown): readonly PeerRecord[] {
  if (isPeerList(value)) return value;
  if (!Array.isArray(value)) throw new TypeError(`peers is ${describe(value)}; allowed is an array of peers`);
  const indexes = new Map<string, number>();
  return asPeerList(
    value.map((entry: unknown, index) => {
      const record = readPeer(typeof entry === 'string' ? { peerUrl: entry } : entry, `peers[${index}]`);
      const key = peerKey(record);
      const earlier = indexes.get(key);
      if (earlier !== undefined) {
        throw new TypeError(
          `peers[${index}]: peerUrl ${describe(record.peerUrl)} stands at peers[${earlier}] already`,
        );
      }
      indexes.set(key, index);
      return record;
    }),
  );
}

/** Whether a list was made by {@link createPeerList}. @internal */
export function isPeerList(value: unknown): value is readonly PeerRecord[] {
  return Array.isArray(value) && parsedLists.has(value);
}

/** Marks a list of parsed records, so that it is not parsed again. @internal */
export function asPeerList(records: readonly PeerRecord[]): readonly PeerRecord[] {
  parsedLists.add(records);
  return records;
}

/** Identifies a peer in a bucket. @internal */
export function peerKey({ bucket, peerUrl }: PeerRecord): string {
  return `${bucket} ${peerUrl}`;
}

function readPeer(value: unknown, what: string): PeerRecord {
  const record = takeOurMetadata(readFields(peerFields, value, what), what);
  return { ...record, peerUrl: normalizePeerUrl(record.peerUrl, `${what}: peerUrl`) };
}
