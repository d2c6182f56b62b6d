import { isRecord, shown } from '../policy/wire-fields.ts';
import { PROTOCOL } from './infonet-protocol.ts';

/** A peer's answer, as far as pulling needs it. */
export interface SyncPage {
  readonly events: readonly { readonly eventId: string; readonly prevHash: string }[];
  readonly forked: boolean;
  /** The head of the peer's whole chain. */
  readonly headHash: string;
}

/** @throws Error saying in one line what is wrong with the answer */
export function readSyncPage(answer: unknown, limit: number): SyncPage {
  if (!isRecord(answer)) throw new Error(`the answer is ${shown(answer)}; allowed is a page`);
  if (answer['ok'] === false) throw new Error(`refused: ${shown(answer['detail'])}`);
  const { protocol_version, forked, head_hash, events, count } = answer;
  if (protocol_version !== PROTOCOL) throw wrong('protocol_version', protocol_version, `'${PROTOCOL}'`);
  if (typeof forked !== 'boolean') throw wrong('forked', forked, 'true or false');
  if (!isHash(head_hash)) throw wrong('head_hash', head_hash, '64 hex digits');
  if (!Array.isArray(events)) throw wrong('events', events, 'an array');
  if (events.length > limit) throw new Error(`a page of ${events.length} events; asked for were ${limit}`);
  if (count !== events.length) throw wrong('count', count, `the number of events, ${events.length}`);
  return { forked, headHash: head_hash, events: events.map(readEvent) };
}

function readEvent(event: unknown, index: number): SyncPage['events'][number] {
  if (!isRecord(event)) throw wrong(`events[${index}]`, event, 'an object');
  const { event_id, prev_hash } = event;
  if (!isHash(event_id)) throw wrong(`events[${index}].event_id`, event_id, '64 hex digits');
  if (!isHash(prev_hash)) throw wrong(`events[${index}].prev_hash`, prev_hash, '64 hex digits');
  return { eventId: event_id, prevHash: prev_hash };
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function wrong(field: string, value: unknown, allowed: string): Error {
  return new Error(`the page's ${field} is ${shown(value)}; allowed is ${allowed}`);
}
