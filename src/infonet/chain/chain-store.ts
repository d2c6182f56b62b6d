import { setImmediate as eventLoop } from 'node:timers/promises';
import { systemNow } from '../../clock/system-ports.ts';
import type { EventType } from '../events/event-types.ts';
import { EventRefused, eventText, type InfonetEvent, readEvent } from '../events/infonet-event.ts';
import { concernsIngestState, IngestState } from '../events/ingest-state.ts';
import { PublicKeys } from '../events/public-keys.ts';
import { sequenceKey, verifyEvent } from '../events/verify-event.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import { locatorHeights } from '../locator.ts';
import { GENESIS_HASH, isPrivateType } from '../protocol.ts';
import type { ChainLog, LogEntry } from './chain-log.ts';
import { openDiskLog } from './disk-log.ts';
import { createMemoryLog } from './memory-log.ts';

/** The result of an ingest. */
export interface Ingested {
  /** Events verified and stored. */
  readonly accepted: number;
  /** Events the chain already had. */
  readonly duplicates: number;
  /** Why the next event was refused, in one line. The events after it were not examined. */
  readonly refused?: string | undefined;
}

/** The size of a page, and whether private events may be in it. */
export interface PageOptions {
  readonly limit: number;
  /** Leaves out private events, so the page may be shorter than the limit. */
  readonly publicOnly: boolean;
}

/** The events a chain serves for a locator. */
export interface ChainPage {
  /** The first id of the locator that is on the chain (genesis counts); '' if none is. */
  readonly matchedHash: string;
  /** True if no id of the locator is on the chain (then `events` is empty), or only genesis though the locator has more. */
  readonly forked: boolean;
  /** The events after `matchedHash`, oldest first, each as JSON text. */
  readonly events: readonly string[];
}

/** A chain of verified events. Only `ingest` adds to it, and it verifies every event. */
export interface ChainStore {
  /** The id of the newest event; '' if there is none. */
  head(): string;
  /** The number of events. */
  count(): number;
  /**
   * The locator to send to a peer: ids from newest to oldest, genesis last.
   *
   * @throws StorageUnreadableError once, if the chain on disk was removed or replaced by an older copy; after that, the chain
   * uses what is there now
   */
  locator(): Promise<string[]>;
  /**
   * Verifies and stores events, oldest first, up to the first that is refused. Concurrent calls run one after another.
   *
   * @throws the signal's reason if it is aborted before the events are written; then nothing is stored
   */
  ingest(events: readonly JsonValue[], options?: { readonly signal?: AbortSignal }): Promise<Ingested>;
  /** A node's last sequence for events of this type (public types share one count); 0 if it has written none. */
  lastSequence(nodeId: string, type: EventType): Promise<number>;
  /** The page to serve for a locator. */
  page(locator: readonly string[], options: PageOptions): Promise<ChainPage>;
  /** Sets all events aside without deleting them, and starts again from genesis. Returns where they are now. */
  reset(): Promise<string>;
  close(): Promise<void>;
}

/** Options of a chain. */
export interface ChainOptions {
  /** The clock for the age of direct messages: Unix seconds, may carry a fraction. @default the system clock */
  readonly now?: (() => number) | undefined;
}

/** Creates a chain in memory; it is lost when the process ends. */
export function createMemoryChain(options?: ChainOptions): ChainStore {
  return createChain(createMemoryLog(), options);
}

/**
 * The chain in a folder; made if it is not there. What `count` and `head` have said is there again after the process was
 * killed or the power failed.
 *
 * @throws ChainDamagedError, which says what is damaged and what to do; Error naming the folder, if it cannot be opened,
 * as when another process has it open
 */
export async function openDiskChain(folder: string, options?: ChainOptions): Promise<ChainStore> {
  return createChain(await openDiskLog(folder), options);
}

// Verifying is work for the processor; between so many events others get their turn, an abort among them.
const EVENTS_A_TURN = 32;

/** A chain over any log. @internal */
export function createChain(log: ChainLog, { now = systemNow }: ChainOptions = {}): ChainStore {
  const keys = new PublicKeys();
  let state: IngestState | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = last.then(task);
    last = turn.catch(() => undefined);
    return turn;
  };

  const ingest = async (values: readonly JsonValue[], signal?: AbortSignal): Promise<Ingested> => {
    const { events, refused: unreadable } = readAll(values);
    const isKnown = (await log.heightsOf(events.map(({ id }) => id))).map((height) => height !== undefined);
    const names = [...new Set(events.map(sequenceKey))];
    const before = await log.sequencesOf(names);
    const lastSequences = new Map(names.map((name, index) => [name, before[index] ?? 0]));
    const newSequences = new Map<string, number>();
    const fresh: LogEntry[] = [];
    const ids = new Set<string>();
    let duplicates = 0;
    let refused = unreadable;
    let head = log.tip().head || GENESIS_HASH;
    state ??= await readIngestState(log);
    // On a copy: what is not written must not be remembered.
    const pageState = state.copy(now());
    for (const [index, event] of events.entries()) {
      if (index % EVENTS_A_TURN === 0) await eventLoop();
      signal?.throwIfAborted();
      if (isKnown[index] === true || ids.has(event.id)) {
        duplicates += 1;
        continue;
      }
      const name = sequenceKey(event);
      try {
        const lastSequence = newSequences.get(name) ?? lastSequences.get(name) ?? 0;
        verifyEvent(event, { head, lastSequence, state: pageState, now: now() }, keys);
      } catch (error) {
        refused = reasonOf(error);
        break;
      }
      head = event.id;
      ids.add(head);
      newSequences.set(name, event.sequence);
      pageState.add(event);
      fresh.push({ id: head, text: eventText(event), isPrivate: isPrivateType(event.type) });
    }
    if (fresh.length > 0) {
      await log.append(fresh, newSequences);
      state = pageState;
    }
    return { accepted: fresh.length, duplicates, refused };
  };

  const page = async (locator: readonly string[], options: PageOptions): Promise<ChainPage> => {
    const heights = await log.heightsOf(locator);
    const matched = locator.findIndex((id, index) => id === GENESIS_HASH || heights[index] !== undefined);
    const matchedHash = locator[matched] ?? '';
    const isGenesis = matchedHash === GENESIS_HASH;
    // As the reference has it: the whole chain goes with a fork at genesis, and a locator of genesis twice is one.
    const forked = matchedHash === '' || (isGenesis && locator.length > 1);
    if (matchedHash === '') return { matchedHash, forked, events: [] };
    return { matchedHash, forked, events: await follow(isGenesis ? 0 : (heights[matched] ?? 0), options) };
  };

  const follow = async (height: number, { limit, publicOnly }: PageOptions): Promise<string[]> => {
    const heights = Array.from({ length: limit }, (_, index) => height + 1 + index);
    const entries = await log.at(heights);
    return entries.filter(({ isPrivate }) => !(publicOnly && isPrivate)).map(({ text }) => text);
  };

  const renew = async (): Promise<void> => {
    try {
      await log.renew();
    } catch (error) {
      state = undefined;
      throw error;
    }
  };

  return {
    head: () => log.tip().head,
    count: () => log.tip().count,
    locator: () =>
      inTurn(async () => {
        await renew();
        const entries = await log.at(locatorHeights(log.tip().count));
        return [...entries.map(({ id }) => id), GENESIS_HASH];
      }),
    ingest: (events, options) => inTurn(() => ingest(events, options?.signal)),
    lastSequence: async (nodeId, type) => {
      const [last = 0] = await log.sequencesOf([sequenceKey({ nodeId, type })]);
      return last;
    },
    page,
    reset: () =>
      inTurn(() => {
        state = undefined;
        return log.setAside();
      }),
    close: () => inTurn(() => log.close()),
  };
}

const ENTRIES_A_TURN = 500;

/** What the events of a log say about the next one. */
async function readIngestState(log: ChainLog): Promise<IngestState> {
  const state = new IngestState();
  const { count } = log.tip();
  for (let height = 0; height < count; height += ENTRIES_A_TURN) {
    const heights = Array.from({ length: ENTRIES_A_TURN }, (_, index) => height + 1 + index);
    for (const { text } of await log.at(heights)) {
      if (concernsIngestState(text)) state.add(readEvent(readJson(Buffer.from(text))));
    }
  }
  return state;
}

/** The events up to the first that has not even the form of one. */
function readAll(values: readonly JsonValue[]): { events: InfonetEvent[]; refused?: string } {
  const events: InfonetEvent[] = [];
  try {
    for (const value of values) events.push(readEvent(value));
  } catch (error) {
    return { events, refused: reasonOf(error) };
  }
  return { events };
}

function reasonOf(error: unknown): string {
  if (error instanceof EventRefused) return error.message;
  throw error;
}
