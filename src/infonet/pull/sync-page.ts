import { describe } from '../../policy/wire-fields.ts';
import { isJsonArray, isJsonObject, JsonNumber, JsonRefused, type JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import { oneLine } from '../one-line.ts';
import { isHash, PROTOCOL_VERSION } from '../protocol.ts';

/** What a peer answers. */
export interface SyncPage {
  readonly forked: boolean;
  readonly headHash: string;
  /** Oldest first; not looked into yet. */
  readonly events: readonly JsonValue[];
}

/** The answer is no page; the message says why, in one line. */
export class PageRefused extends Error {
  override readonly name = 'PageRefused';
}

/** @throws PageRefused */
export function readSyncPage(body: Uint8Array, limit: number): SyncPage {
  const page = readBody(body, limit);
  if (!isJsonObject(page)) throw new PageRefused('the answer is no JSON object');
  if (page.get('ok') === false) throw new PageRefused(`the peer refused${saying(page.get('detail'))}`);
  const protocol = page.get('protocol_version');
  if (protocol !== PROTOCOL_VERSION) throw wrong('protocol_version', protocol, `'${PROTOCOL_VERSION}'`);
  const forked = page.get('forked');
  if (typeof forked !== 'boolean') throw wrong('forked', forked, 'true or false');
  const headHash = page.get('head_hash');
  if (!isHash(headHash)) throw wrong('head_hash', headHash, '64 lower-case hex digits');
  const matched = page.get('matched_hash');
  if (matched !== '' && !isHash(matched)) throw wrong('matched_hash', matched, "a hash or ''");
  const events = page.get('events');
  if (!isJsonArray(events)) throw wrong('events', events, 'an array');
  if (events.length > limit) throw wrong('events', events, `at most the ${limit} asked for`);
  const count = page.get('count');
  if (!(count instanceof JsonNumber) || count.text !== String(events.length)) {
    throw wrong('count', count, `${events.length}, the number of events`);
  }
  return { forked, headHash, events };
}

/** The body of a request for what follows a locator. */
export function writeSyncRequest(locator: readonly string[], limit: number): string {
  return JSON.stringify({ protocol_version: PROTOCOL_VERSION, locator, limit });
}

/** RFC 8259 §8.1: a reader may ignore a byte order mark; some servers and proxies send one. */
export function withoutByteOrderMark(body: Uint8Array): Uint8Array {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

/** The most that an event holds: a payload of 4,096 bytes has up to 2,048 values, and the fields around it few. */
const MAX_VALUES_AN_EVENT = 2_300;

function readBody(body: Uint8Array, limit: number): JsonValue {
  try {
    const maxValues = Math.max(250_000, MAX_VALUES_AN_EVENT * limit);
    return readJson(withoutByteOrderMark(body), { maxValues });
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    throw new PageRefused(`the answer is no JSON we take: ${error.message}`);
  }
}

function wrong(name: string, value: JsonValue | undefined, allowed: string): PageRefused {
  const held =
    value instanceof JsonNumber
      ? value.text.slice(0, 40)
      : isJsonArray(value)
        ? `an array of ${value.length}`
        : isJsonObject(value)
          ? 'an object'
          : oneLine(describe(value));
  return new PageRefused(`${name} of the answer is ${held}; allowed is ${allowed}`);
}

function saying(detail: JsonValue | undefined): string {
  return typeof detail === 'string' ? `: ${oneLine(detail)}` : '';
}
