import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What the peer does with one request. */
export type Answer = 'good' | 'rate limit' | 'failure' | 'silence';

export interface TorturePeer {
  readonly url: string;
  /** Every request: by our wall clock in seconds, and by the caller's. */
  readonly contacts: { readonly at: number; readonly callerNow: number }[];
  /** Requests that came before the time this peer had asked for, by our clock. */
  readonly early: number[];
  /** Chooses the answers from now on. */
  answerWith(choose: () => Answer): void;
  /** Resolves with the next request. */
  contacted(): Promise<void>;
}

/** A peer that asks for `retryAfter` seconds of peace when it is overloaded, and holds its callers to it. */
export async function startTorturePeer(retryAfter: number): Promise<TorturePeer> {
  const contacts: TorturePeer['contacts'] = [];
  const early: number[] = [];
  let choose: () => Answer = () => 'good';
  let waiting: (() => void)[] = [];
  let silentUntil = 0;
  const reply: Record<Answer, (response: ServerResponse) => void> = {
    good: (response) => response.end(`head-${contacts.length}`),
    failure: (response) => response.writeHead(503).end(),
    silence: () => undefined,
    'rate limit': (response) => {
      silentUntil = Date.now() / 1000 + retryAfter;
      response.writeHead(429, { 'retry-after': String(retryAfter) }).end();
    },
  };
  const server = createServer((request, response) => {
    const at = Date.now() / 1000;
    if (at < silentUntil) early.push(silentUntil - at);
    contacts.push({ at, callerNow: Number(request.headers['x-now']) });
    reply[choose()](response);
    for (const resolve of waiting.splice(0)) resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    contacts,
    early,
    answerWith: (next) => {
      choose = next;
    },
    contacted: () =>
      new Promise((resolve) => {
        waiting = [...waiting, resolve];
      }),
  };
}
