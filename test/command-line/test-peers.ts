import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import {
  type ChainStore,
  createEventAuthor,
  createInfonetPeer,
  createMemoryChain,
} from '../../src/infonet/index.ts';

/** A peer of this test that serves a chain, and is closed with it. */
export interface ServingPeer {
  readonly url: string;
  readonly chain: ChainStore;
  /** Makes it as long as this. */
  readonly grow: (events: number) => Promise<void>;
}

export async function servingPeer(events: number): Promise<ServingPeer> {
  const chain = createMemoryChain();
  const author = createEventAuthor();
  const grow = async (count: number): Promise<void> => {
    for (let sequence = chain.count() + 1; sequence <= count; sequence += 1) {
      const timestamp = 1_700_000_000 + sequence;
      await chain.ingest([
        author.write({ head: chain.head(), sequence, timestamp, payload: { message: String(sequence) } }),
      ]);
    }
  };
  await grow(events);
  const peer = await createInfonetPeer({ chain });
  onTestFinished(() => peer.close());
  return { url: peer.url, chain, grow };
}

/** A peer of this test that answers as it is told, and counts how often it was asked. */
export interface AnsweringPeer {
  readonly url: string;
  readonly asked: () => number;
}

export async function answeringPeer(answer: RequestListener): Promise<AnsweringPeer> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The peer got no port');
  return { url: `http://127.0.0.1:${address.port}`, asked: () => asked };
}

/** A peer that is overloaded, and says for how long. */
export function overloadedPeer(retryAfter: string): Promise<AnsweringPeer> {
  return answeringPeer((_, response) => response.writeHead(429, { 'retry-after': retryAfter }).end());
}
