import { isRecord } from '../policy/wire-fields.ts';
import type { ChainEvent } from './demo-chain.ts';
import { GENESIS, PROTOCOL } from './infonet-protocol.ts';

/** What a peer answers: an HTTP status and a JSON body. */
export interface SyncReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The serving side of the sync protocol: one page of a chain, after the newest of the caller's events we know. */
export function answerSync(events: readonly ChainEvent[], request: unknown): SyncReply {
  if (!isRecord(request)) return { status: 400, body: { ok: false, detail: 'body must be a JSON object' } };
  const { protocol_version, locator, limit } = request;
  if (protocol_version !== PROTOCOL) {
    const detail = 'Unsupported protocol_version';
    return { status: 426, body: { ok: false, detail, protocol_version: PROTOCOL } };
  }
  if (!Array.isArray(locator)) return refusal('locator must be a list');
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > 500) {
    return refusal('limit must be a whole number from 1 to 500');
  }
  return { status: 200, body: page(events, locator, limit) };
}

function page(events: readonly ChainEvent[], locator: readonly unknown[], limit: number): SyncReply['body'] {
  const heights = new Map<unknown, number>(events.map((event, index) => [event.event_id, index + 1]));
  heights.set(GENESIS, 0);
  const matched = locator.find((id) => heights.has(id));
  const from = heights.get(matched);
  const served = from === undefined ? [] : events.slice(from, from + limit);
  return {
    events: served,
    matched_hash: matched ?? '',
    // Genesis is shared by all: with more behind it than that, the caller is on another chain.
    forked: from === undefined || (from === 0 && locator.length > 1),
    head_hash: events.at(-1)?.event_id ?? GENESIS,
    count: served.length,
    protocol_version: PROTOCOL,
  };
}

function refusal(detail: string): SyncReply {
  return { status: 200, body: { ok: false, detail } };
}
