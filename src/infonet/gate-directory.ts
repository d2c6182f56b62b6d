import type { ChainStore } from './chain-store.ts';
import { readEvent } from './events/infonet-event.ts';
import { textOf } from './events/payload-forms.ts';
import { privateEvents } from './hydration/private-events.ts';
import { readJson } from './json/read-json.ts';

/** A gate as its messages on a chain show it; none of their text. */
export interface GateSummary {
  readonly gate: string;
  readonly messages: number;
  /** When its newest message was written, in Unix seconds, as its author had it. */
  readonly lastSeen: number;
}

/** The gates on a chain, the one that was seen last first. */
export async function gateDirectory(chain: ChainStore): Promise<GateSummary[]> {
  const gates = new Map<string, GateSummary>();
  for await (const { events } of privateEvents(chain)) {
    for (const { type, text } of events) {
      if (type !== 'gate_message') continue;
      const { payload, timestamp } = readEvent(readJson(Buffer.from(text)));
      const gate = textOf(payload, 'gate');
      const { messages = 0, lastSeen = Number.NEGATIVE_INFINITY } = gates.get(gate) ?? {};
      gates.set(gate, {
        gate,
        messages: messages + 1,
        lastSeen: Math.max(lastSeen, Number(timestamp)),
      });
    }
  }
  return [...gates.values()].sort((a, b) => b.lastSeen - a.lastSeen || (a.gate < b.gate ? -1 : 1));
}
