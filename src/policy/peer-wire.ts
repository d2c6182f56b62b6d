import { takeOurMetadata, wireMetadata } from './peer-metadata.ts';
import { newPeer, type PeerRecord, peerKinds } from './peer-record.ts';
import { normalizePeerUrl } from './peer-url.ts';
import { type FieldKinds, type ObjectFields, readFields, wireFields, writeFields } from './wire-fields.ts';

const { retryAfter, excluded, removed, lastAskedAt, lastBroughtNews, withdrawn, ...kinds } = peerKinds;

type WireField = keyof typeof kinds;

const fields: ObjectFields<Pick<PeerRecord, WireField>> = wireFields<Pick<PeerRecord, WireField>>(
  kinds satisfies FieldKinds<Pick<PeerRecord, WireField>>,
  newPeer,
);

/**
 * Reads a record under its wire names; our entries in its `metadata` become fields.
 *
 * @throws TypeError naming the field, its value and what is allowed
 */
export function peerFromWire(value: unknown): PeerRecord {
  const what = 'peer record';
  const record = takeOurMetadata({ ...newPeer, ...readFields(fields, value, what) }, what);
  return { ...record, peerUrl: normalizePeerUrl(record.peerUrl, `${what}: peer_url`) };
}

/** The record under its wire names: sixteen fields and `metadata`. */
export function peerToWire(record: PeerRecord): Record<string, unknown> {
  return writeFields(fields, { ...record, metadata: wireMetadata(record) });
}
