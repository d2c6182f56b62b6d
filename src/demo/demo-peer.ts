import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpAnswer, jsonAnswer } from '../http/http-answer.ts';
import { serveRoutes } from '../http/http-routes.ts';
import { createHttpServer } from '../http/http-server.ts';
import { readBody } from '../http/read-body.ts';
import { type ChainStore, createEventAuthor, createMemoryChain } from '../infonet/index.ts';
import { SYNC_PATH } from '../infonet/protocol.ts';
import { answerSync } from '../infonet/serve/answer-sync.ts';

/** How a demo peer answers. Viewers of the page can choose it. */
export const peerMoods = [
  'well',
  '429, Retry-After: seconds',
  '429, Retry-After: a date',
  'HTTP 500',
  'no JSON',
  'another chain',
  'never answers',
] as const;

export type PeerMood = (typeof peerMoods)[number];

/** A chain that grows with time, so that each run finds something new. */
export interface GrowingChain {
  readonly chain: ChainStore;
  /** Adds the events that are due by now. */
  grow(): Promise<void>;
}

export interface GrowingChainOptions {
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** The text of each event, before its number. */
  readonly greeting: string;
}

const FIRST_EVENTS = 3;

/** A chain of three events by a new author, and one more each second. */
export function createGrowingChain({ now, greeting }: GrowingChainOptions): GrowingChain {
  const chain = createMemoryChain();
  const author = createEventAuthor();
  const startedAt = now();
  const catchUp = async (): Promise<void> => {
    while (chain.count() < FIRST_EVENTS + Math.floor(now() - startedAt)) {
      const sequence = chain.count() + 1;
      const timestamp = startedAt + sequence - FIRST_EVENTS;
      const payload = { message: `${greeting} ${sequence}`, destination: 'broadcast' };
      const event = author.write({ head: chain.head(), sequence, timestamp, payload });
      const { refused } = await chain.ingest([event]);
      if (refused !== undefined) throw new Error(`the chain refused its own event: ${refused}`);
    }
  };
  // One call after the other: concurrent ones would write two events on the same head.
  let last: Promise<void> = Promise.resolve();
  return {
    chain,
    grow: () => {
      last = last.then(catchUp);
      return last;
    },
  };
}

/** A peer with a mood, over real HTTP. */
export interface DemoPeer<Name extends string = string> {
  readonly label: Name;
  readonly url: string;
  /** @param waitSeconds the Retry-After that it sends. @default 5 */
  setMood(mood: PeerMood, waitSeconds?: number): void;
  mood(): PeerMood;
  /** Number of requests that are not answered yet. */
  openRequests(): number;
  close(): Promise<void>;
}

export interface DemoPeerOptions<Name extends string> {
  readonly label: Name;
  readonly own: GrowingChain;
  /** Served in the mood `another chain`. */
  readonly another: GrowingChain;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
}

const MAX_BODY_BYTES = 64 * 1024;

/** Starts a peer on a free port of 127.0.0.1. */
export async function createDemoPeer<Name extends string>(
  options: DemoPeerOptions<Name>,
): Promise<DemoPeer<Name>> {
  const { label, own, another, now } = options;
  let mood: PeerMood = 'well';
  let waitSeconds = 5;
  const serve = async ({ chain, grow }: GrowingChain, body: Uint8Array): Promise<HttpAnswer> => {
    await grow();
    const answer = await answerSync(chain, body, { publicOnly: true });
    return { ...answer, type: 'application/json; charset=utf-8' };
  };
  const wait = (retryAfter: string): HttpAnswer => ({
    status: 429,
    headers: { 'retry-after': retryAfter },
    type: 'text/plain',
    body: '',
  });
  const answers: Readonly<
    Record<PeerMood, (body: Uint8Array) => HttpAnswer | undefined | Promise<HttpAnswer>>
  > = {
    well: (body) => serve(own, body),
    'another chain': (body) => serve(another, body),
    '429, Retry-After: seconds': () => wait(String(waitSeconds)),
    '429, Retry-After: a date': () => wait(new Date(Math.ceil(now() + waitSeconds) * 1000).toUTCString()),
    'HTTP 500': () => jsonAnswer(500, { detail: 'the demo peer fails on purpose' }),
    'no JSON': () => ({
      status: 200,
      type: 'text/html',
      body: '<!doctype html><title>Welcome to the hotel network</title>',
    }),
    'never answers': () => undefined,
  };

  const open = new Set<ServerResponse>();
  const http = createHttpServer();
  serveRoutes(http.server, {
    [SYNC_PATH]: {
      POST: async (request: IncomingMessage, response: ServerResponse) => {
        open.add(response);
        response.once('close', () => open.delete(response));
        const body = await readBody(request, MAX_BODY_BYTES);
        return answers[mood](body ?? new Uint8Array());
      },
    },
  });
  return {
    label,
    url: await http.listen(0, '127.0.0.1'),
    setMood: (next, seconds = 5) => {
      mood = next;
      waitSeconds = seconds;
    },
    mood: () => mood,
    openRequests: () => open.size,
    close: http.close,
  };
}
