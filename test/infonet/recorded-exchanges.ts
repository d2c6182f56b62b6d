import { readFileSync } from 'node:fs';
import { isJsonArray, isJsonObject, type JsonObject } from '../../src/infonet/json/json-value.ts';
import { readJson } from '../../src/infonet/json/read-json.ts';

/** What went over the wire between two running reference nodes. */
export interface Exchange {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

const file = new URL('../fixtures/infonet-exchanges.json', import.meta.url);

export const exchanges: readonly Exchange[] = JSON.parse(readFileSync(file, 'utf8'));

export function exchange(name: string): Exchange {
  const found = exchanges.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no exchange ${name}`);
  return found;
}

/** The events of an answer, numbers spelled as recorded. */
export function eventsOf(name: string): readonly JsonObject[] {
  const page = readJson(Buffer.from(exchange(name).response.body));
  const events = isJsonObject(page) ? page.get('events') : undefined;
  return isJsonArray(events) ? events.filter(isJsonObject) : [];
}

/** All 260 events of the longest chain recorded. */
export const recordedEvents: readonly JsonObject[] = ['page-0', 'page-1', 'page-2'].flatMap(eventsOf);

export const RECORDED_HEAD = '5147e644734466d30ae646d344e1f854f8984692cfa36d7b6b344670cd447b6f';
