import { eventText, readEvent } from '../../src/infonet/events/infonet-event.ts';
import { GENESIS_HASH } from '../../src/infonet/protocol.ts';
import { RECORDED_HEAD, recordedEvents } from './recorded-exchanges.ts';

/** The recorded events as JSON texts. */
export const eventTexts: readonly string[] = recordedEvents.map((event) => eventText(readEvent(event)));

/** The body of an answer with these events; fields may be given another JSON text, or none. */
export function page(
  events: readonly string[],
  fields: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = {
    events: `[${events.join(',')}]`,
    matched_hash: `"${GENESIS_HASH}"`,
    forked: 'false',
    head_hash: `"${RECORDED_HEAD}"`,
    count: String(events.length),
    protocol_version: '"infonet/2"',
    ...fields,
  };
  const held = Object.entries(all).filter(([, text]) => text !== undefined);
  return `{${held.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}
