import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the peer does with one request. */
export type Answer = 'good' | 'rate limit' | 'failure' | 'fork' | 'silence';

export interface TorturePeer {
  readonly url: string;
  /** Every request: by our wall clock in seconds, and by the caller's. */
  readonly contacts: { readonly at: number; readonly callerNow: number }[];
  /** By how many seconds requests came before the time this peer had asked for, by our clock. */
  readonly early: number[];
  /** Until when it is not to be asked, in Unix seconds by our clock. */
  silentUntil: number;
  /** Chooses the answers from now on. */
  answerWith(choose: () => Answer): void;
  /** Resolves with the next request. */
  contacted(): Promise<void>;
}

/**
 * A peer that asks for `retryAfter` seconds of peace when it is overloaded, and holds its callers to it; seconds of a
 * clock that runs `speed` times faster than ours.
 */
export async function startTorturePeer(retryAfter: number, speed = 1): Promise<TorturePeer> {
  const contacts: TorturePeer['contacts'] = [];
  const early: number[] = [];
  let choose: () => Answer = () => 'good';
  let waiting: (() => void)[] = [];
  const reply: Record<Answer, (response: ServerResponse) => void> = {
    good: (response) => response.end(`head-${contacts.length}`),
    failure: (response) => response.writeHead(503).end(),
    fork: (response) => response.end('fork'),
    silence: () => undefined,
    'rate limit': (response) => {
      peer.silentUntil = Math.max(peer.silentUntil, Date.now() / 1000 + retryAfter / speed);
      response.writeHead(429, { 'retry-after': String(retryAfter) }).end();
    },
  };
  const server = createServer((request, response) => {
    const at = Date.now() / 1000;
    if (at < peer.silentUntil) early.push(peer.silentUntil - at);
    contacts.push({ at, callerNow: Number(request.headers['x-now']) });
    reply[choose()](response);
    for (const resolve of waiting.splice(0)) resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const peer: TorturePeer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    contacts,
    early,
    silentUntil: 0,
    answerWith: (next) => {
      choose = next;
    },
    contacted: () =>
      new Promise((resolve) => {
        waiting = [...waiting, resolve];
      }),
  };
  return peer;
}
