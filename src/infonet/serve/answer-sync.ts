import type { ChainStore } from '../chain/chain-store.ts';
import { isJsonArray, isJsonObject, JsonNumber, JsonRefused, type JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import { GENESIS_HASH, MAX_PAGE_LIMIT, PROTOCOL_VERSION } from '../protocol.ts';
import { withoutByteOrderMark } from '../pull/sync-page.ts';

/** What goes back to a caller; the body is JSON. */
export interface PeerAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** Events in the body. */
  readonly events?: number;
}

const USUAL_LIMIT = 100;
/** A locator has 32 ids; what is beyond is no locator and is not looked up. */
const MAX_IDS = 64;

/** The answer to the body of a request, status by status as the reference gives it. */
export async function answerSync(
  chain: ChainStore,
  body: Uint8Array,
  { publicOnly }: { readonly publicOnly: boolean },
): Promise<PeerAnswer> {
  const request = readRequest(body);
  if (!isJsonObject(request)) return refusal(422, 'invalid JSON body');
  const field = (name: string): JsonValue | undefined => request.get(name) || undefined;
  if ((field('protocol_version') ?? PROTOCOL_VERSION) !== PROTOCOL_VERSION) {
    return refusal(426, 'Unsupported protocol_version', { protocol_version: PROTOCOL_VERSION });
  }
  const locator = field('locator') ?? [];
  // Status 200, as the reference answers it.
  if (!isJsonArray(locator)) return refusal(200, 'locator must be a list');
  const head = chain.head() || GENESIS_HASH;
  const expected = field('expected_head') ?? head;
  if (expected !== head) {
    const shown = typeof expected === 'string' ? expected.slice(0, 64) : '';
    return refusal(409, 'head_hash mismatch', { head_hash: head, expected_head: shown });
  }
  // What is no text is no id we know; it counts as one all the same.
  const ids = locator.slice(0, MAX_IDS).map((id) => (typeof id === 'string' ? id : ''));
  const limit = readLimit(request.get('limit'));
  const page = await chain.page(ids.length === 0 ? [GENESIS_HASH] : ids, { limit, publicOnly });
  const rest = JSON.stringify({
    matched_hash: page.matchedHash,
    forked: page.forked,
    head_hash: head,
    count: page.events.length,
    protocol_version: PROTOCOL_VERSION,
  });
  // The events are JSON already.
  const text = `{"events":[${page.events.join(',')}],${rest.slice(1)}`;
  return { status: 200, body: text, events: page.events.length };
}

/** An answer that is a refusal. */
export function refusal(status: number, detail: string, more: object = {}): PeerAnswer {
  return { status, body: JSON.stringify({ ok: false, detail, ...more }) };
}

function readRequest(body: Uint8Array): JsonValue {
  try {
    return readJson(withoutByteOrderMark(body), { maxDepth: 8, maxValues: 1_000 });
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    // No JSON is no object either, and gets the answer for that.
    return null;
  }
}

/** As Python's `int()` takes it, and 1 for what that refuses. */
function readLimit(value: JsonValue | undefined): number {
  if (value === undefined) return USUAL_LIMIT;
  const number =
    value instanceof JsonNumber
      ? Math.trunc(Number(value.text))
      : typeof value === 'string' && /^\s*[+-]?[0-9]{1,15}\s*$/.test(value)
        ? Number(value)
        : 1;
  return Math.min(Math.max(number, 1), MAX_PAGE_LIMIT);
}
