import type { ChainStore } from '../chain-store.ts';
import { isJsonArray, isJsonObject, JsonNumber, JsonRefused, type JsonValue } from '../json-value.ts';
import { MAX_PAGE_LIMIT, PROTOCOL_VERSION } from '../protocol.ts';
import { writeSyncPage } from '../pull/sync-page.ts';
import { readJson } from '../read-json.ts';

/** What goes back to a caller; the body is JSON. */
export interface PeerAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const USUAL_LIMIT = 100;
/** A locator has 32 ids; what is beyond is no locator and is not looked up. */
const MAX_IDS = 64;

/** The answer to the body of a request. */
export async function answerSync(
  chain: ChainStore,
  body: Uint8Array,
  { publicOnly }: { readonly publicOnly: boolean },
): Promise<PeerAnswer> {
  const request = readRequest(body);
  if (!isJsonObject(request)) return refusal(400, 'the request is no JSON object');
  if (request.get('protocol_version') !== PROTOCOL_VERSION) {
    return refusal(426, 'Unsupported protocol_version', { protocol_version: PROTOCOL_VERSION });
  }
  const locator = request.get('locator');
  // Status 200, as the reference answers it.
  if (!isJsonArray(locator)) return refusal(200, 'locator must be a list');
  const ids = locator.slice(0, MAX_IDS).filter((id) => typeof id === 'string');
  const head = chain.head();
  const page = await chain.page(ids, { limit: readLimit(request.get('limit')), publicOnly });
  return { status: 200, body: writeSyncPage(page, head) };
}

/** An answer that is a refusal. */
export function refusal(status: number, detail: string, more: object = {}): PeerAnswer {
  return { status, body: JSON.stringify({ ok: false, detail, ...more }) };
}

function readRequest(body: Uint8Array): JsonValue {
  try {
    return readJson(body, { maxDepth: 8, maxValues: 1_000 });
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    // No JSON is no object either, and gets the answer for that.
    return null;
  }
}

function readLimit(value: JsonValue | undefined): number {
  const limit = value instanceof JsonNumber ? Math.trunc(Number(value.text)) : USUAL_LIMIT;
  return Math.min(Math.max(limit, 1), MAX_PAGE_LIMIT);
}
