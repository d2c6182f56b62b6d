/**
 * What we know of a peer beside the sixteen fields of the wire stands in its `metadata` there, under these names. No
 * other file knows them.
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
 * Moves what is ours out of a record's metadata into its fields; a field that was given wins. An entry of one of our
 * names and another type is somebody else's and stays, but for a Retry-After: to lose one is to hammer a peer.
 *
 * @throws TypeError for a `retry_after_until` that is no time
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

/** The metadata of a record as the wire has it: what others keep there, and what is ours where it says anything. */
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
