import type { AnyActorRef } from 'xstate';
import type { SyncFunction } from '../scheduling/attempt.ts';
import { type AskOptions, askPeer } from './ask-peer.ts';
import { GENESIS, PROTOCOL, SYNC_PATH } from './infonet-protocol.ts';
import { createSeenEvents, type SeenEvents } from './seen-events.ts';
import { readSyncPage, type SyncPage } from './sync-page.ts';

export interface HttpSyncOptions {
  /** For one request, in seconds. @default 5 */
  readonly requestTimeoutSeconds?: number;
  /** A body above this is refused while it arrives. @default 32 MiB */
  readonly maxBodyBytes?: number;
  /** Events a page. @default 100 */
  readonly pageLimit?: number;
  /** Pages a run; the next run goes on from there. @default 5 */
  readonly maxPages?: number;
}

export interface HttpSync {
  readonly sync: SyncFunction;
  /** How many events this worker has taken so far. */
  eventsOf(worker: AnyActorRef): number;
}

/**
 * Pulls a chain over HTTP with Node's own `fetch`: asks, takes what follows the head, asks again.
 *
 * It checks that each event links to the one before and remembers the ids, in memory and for each worker apart.
 * Verifying ids and signatures, and storing the events, are not part of this demo.
 */
export function createHttpSync(options: HttpSyncOptions = {}): HttpSync {
  const {
    requestTimeoutSeconds = 5,
    maxBodyBytes = 32 * 1024 * 1024,
    pageLimit = 100,
    maxPages = 5,
  } = options;
  const memory = new WeakMap<AnyActorRef, SeenEvents>();

  const sync: SyncFunction = async (peer, { signal, head, now, worker }) => {
    const seen = memory.get(worker) ?? createSeenEvents(head);
    memory.set(worker, seen);
    const ask: AskOptions = { signal, now, maxBodyBytes, timeoutSeconds: requestTimeoutSeconds };
    for (let asked = 0; asked < maxPages; asked += 1) {
      const request = { protocol_version: PROTOCOL, locator: seen.locator(), limit: pageLimit };
      const page = readSyncPage(await askPeer(`${peer.peerUrl}${SYNC_PATH}`, request, ask), pageLimit);
      // An attempt given up while its answer was on the way must not move the head.
      signal.throwIfAborted();
      if (page.forked) return { forked: true, error: 'the peer is on another chain; nothing was merged' };
      const taken = take(seen, page);
      if (taken === 0) checkLevel(seen, page);
      if (taken === 0 || page.events.length < pageLimit) break;
    }
    return { head: seen.head() };
  };

  return { sync, eventsOf: (worker) => memory.get(worker)?.count() ?? 0 };
}

/** Takes the events that are new, in order, and tells how many; what was taken before a wrong one stays. */
function take(seen: SeenEvents, page: SyncPage): number {
  const before = seen.count();
  for (const { eventId, prevHash } of page.events) {
    if (seen.has(eventId)) continue;
    if (prevHash !== (seen.head() || GENESIS)) {
      throw new Error(
        `event ${short(eventId)} follows ${short(prevHash)}; our head is ${short(seen.head())}`,
      );
    }
    seen.append(eventId);
  }
  return seen.count() - before;
}

/** A peer that has nothing new for us and stands elsewhere has not synced us. */
function checkLevel(seen: SeenEvents, { headHash }: SyncPage): void {
  if (headHash === (seen.head() || GENESIS)) return;
  throw new Error(`nothing new, though the peer's head ${short(headHash)} is not ours`);
}

function short(hash: string): string {
  return hash === '' ? 'none' : `${hash.slice(0, 8)}…`;
}
