import { readFileSync } from 'node:fs';
import { isJsonArray, isJsonObject, type JsonObject } from '../../src/infonet/json/json-value.ts';
import { readJson } from '../../src/infonet/json/read-json.ts';
import type { Exchange } from './recorded-exchanges.ts';

/** An exchange with a chain that holds private events. */
export interface PrivateExchange extends Exchange {
  /** The name of the chain that was asked for. */
  readonly chain: string;
  readonly request: Exchange['request'] & { readonly headers: Readonly<Record<string, string>> };
}

/** One event, and what the reference said to it behind these others. */
export interface Repro {
  readonly finding: string;
  readonly name: string;
  readonly prefix: readonly string[];
  readonly event: string;
  readonly reference: { readonly verdict: 'accepted' | 'refused'; readonly reason: string };
}

interface ChainSummary {
  readonly count: number;
  readonly head: string;
  readonly events: readonly {
    readonly what: string;
    readonly event_id: string;
    readonly event_type: string;
  }[];
}

const read = (name: string): string =>
  readFileSync(new URL(`../fixtures/infonet-private-${name}.json`, import.meta.url), 'utf8');

interface Recording {
  readonly now: number;
  readonly chains: Readonly<Record<string, ChainSummary>>;
  readonly exchanges: readonly PrivateExchange[];
}

const recording: Recording = JSON.parse(read('exchanges'));

/** Unix seconds at which all of it was recorded. */
export const RECORDED_NOW: number = recording.now;
export const recordedChains: Recording['chains'] = recording.chains;
export const privateExchanges: Recording['exchanges'] = recording.exchanges;
export const repros: readonly Repro[] = JSON.parse(read('repros')).repros;

export function parsed(text: string): JsonObject {
  const value = readJson(Buffer.from(text));
  if (!isJsonObject(value)) throw new Error('no object');
  return value;
}

function eventsOf({ response }: PrivateExchange): JsonObject[] {
  const events = response.status === 200 ? parsed(response.body).get('events') : undefined;
  return isJsonArray(events) ? events.filter(isJsonObject) : [];
}

/** The events of a recorded chain as the reference serves them, oldest first, numbers spelled as recorded. */
export function recordedChain(name: string): readonly JsonObject[] {
  const found = new Map(
    privateExchanges
      .filter(({ chain }) => chain === name)
      .flatMap(eventsOf)
      .map((event) => [event.get('event_id'), event]),
  );
  return (recordedChains[name]?.events ?? []).map(({ event_id: id, what }) => {
    const event = found.get(id);
    if (event === undefined) throw new Error(`nobody was served '${what}' of ${name}`);
    return event;
  });
}
