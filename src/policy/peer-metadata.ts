/**
 * The wire record of a peer has sixteen fields. What we know beyond them is kept in its `metadata`, under the names below,
 * which only this file uses.
 * @internal
 */
import type { PeerRecord } from './peer-record.ts';
import { describe, type FieldKind, flag, seconds, text } from './wire-fields.ts';

const names = {
  retryAfterUntil: 'retry_after_until',
  retryAfterHeader: 'retry_after_header',
  excluded: 'passed_over',
  removed: 'removed',
  lastAskedAt: 'last_asked_at',
  lastBroughtNews: 'last_brought_news',
  withdrawn: 'withdrawn',
} as const;

const ours: readonly string[] = Object.values(names);

/**
 * Moves our entries from a record's metadata into its fields; a field that is already set wins. An entry with one of our names
 * but another type belongs to another program and stays. A malformed `retry_after_until` is an error instead: ignoring it could
 * hammer a peer.
 *
 * @throws TypeError for a `retry_after_until` that is not a time
 */
export function takeOurMetadata(record: PeerRecord, what: string): PeerRecord {
  const { metadata } = record;
  if (!ours.some((name) => Object.hasOwn(metadata, name))) return record;
  const others = { ...metadata };
  const take = <T>(name: string, kind: FieldKind<T>): T | undefined => {
    const value = metadata[name];
    if (!kind.accepts(value)) return undefined;
    delete others[name];
    return value;
  };
  const until = take(names.retryAfterUntil, seconds);
  const unreadable = others[names.retryAfterUntil];
  if (unreadable !== undefined) {
    throw new TypeError(
      `${what}: metadata.${names.retryAfterUntil} is ${describe(unreadable)}; allowed is ${seconds.allowed}`,
    );
  }
  const header = take(names.retryAfterHeader, text) ?? '';
  return {
    ...record,
    retryAfter: record.retryAfter ?? (until === undefined ? null : { until, header }),
    excluded: record.excluded || (take(names.excluded, text) ?? ''),
    removed: record.removed || (take(names.removed, flag) ?? false),
    lastAskedAt: record.lastAskedAt || (take(names.lastAskedAt, seconds) ?? 0),
    lastBroughtNews: record.lastBroughtNews && (take(names.lastBroughtNews, flag) ?? true),
    withdrawn: record.withdrawn || (take(names.withdrawn, flag) ?? false),
    metadata: others,
  };
}

/** The metadata of a wire record: the entries of other programs, and those of ours that are set. */
export function wireMetadata(record: PeerRecord): Readonly<Record<string, unknown>> {
  const { retryAfter, excluded, removed, lastAskedAt, lastBroughtNews, withdrawn, metadata } = record;
  return {
    ...metadata,
    ...(retryAfter === null ? {} : { [names.retryAfterUntil]: retryAfter.until }),
    ...(retryAfter === null || retryAfter.header === ''
      ? {}
      : { [names.retryAfterHeader]: retryAfter.header }),
    ...(excluded === '' ? {} : { [names.excluded]: excluded }),
    ...(removed ? { [names.removed]: true } : {}),
    ...(lastAskedAt === 0 ? {} : { [names.lastAskedAt]: lastAskedAt }),
    ...(lastBroughtNews ? {} : { [names.lastBroughtNews]: false }),
    ...(withdrawn ? { [names.withdrawn]: true } : {}),
  };
}
