import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { closeServer } from '../../http/close-server.ts';
import { limitConnections } from '../../http/limit-connections.ts';
import { readBody } from '../../http/read-body.ts';
import type { ChainStore } from '../chain/chain-store.ts';
import { networkOf } from '../peer-network.ts';
import { SYNC_PATH } from '../protocol.ts';
import { wholeOption } from '../whole-option.ts';
import { answerSync, type PeerAnswer, refusal } from './answer-sync.ts';
import { CallerLimit } from './caller-limit.ts';
import { Callers, takeConnections } from './callers.ts';
import { isPrivateCaller } from './private-caller.ts';
import type { ServingStatus } from './serving-status.ts';

/** What a peer serves, where, and how much of it to one caller. */
export interface InfonetPeerOptions {
  /** What is served. Others may add to it meanwhile. */
  readonly chain: ChainStore;
  /** @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** 0 takes a free one. @default 0 */
  readonly port?: number | undefined;
  /**
   * Whether private events (`gate_message`, `dm_message`) are served, to callers over loopback: for the listener behind an
   * onion service, and for no other. A reverse proxy on this machine makes the whole internet come over loopback.
   *
   * @default false
   */
  readonly private?: boolean | undefined;
  /** Requests a caller may make a window. @default 60 */
  readonly requestsPerWindow?: number | undefined;
  /** Requests all callers together may make a window. @default ten times those of one caller */
  readonly totalRequestsPerWindow?: number | undefined;
  /** @default 60 */
  readonly windowSeconds?: number | undefined;
  /**
   * Connections at once, and 32 of one caller that can be told from others. Where all are taken, one that does nothing gives way
   * to a new one. @default 512
   */
  readonly maxConnections?: number | undefined;
  /** Milliseconds for a caller to send its whole request. @default 10,000; 30,000 where private events are served */
  readonly requestTimeoutMs?: number | undefined;
  /** Seconds, with a fraction, by which the windows go. @default those of a clock that nobody sets */
  readonly now?: (() => number) | undefined;
}

/** A peer others can sync from. */
export interface InfonetPeer {
  /** Without a trailing slash, as a peer record has it. */
  readonly url: string;
  /** What was asked and served so far. */
  serving(): ServingStatus;
  /** Ends all connections; what is under way is broken off. */
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** The second page of a pull over slow circuits may come a long time after the first. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Starts a peer that serves a chain.
 *
 * @throws RangeError naming the option, its value and what is allowed; or what listening says, such as EADDRINUSE
 */
export async function createInfonetPeer(options: InfonetPeerOptions): Promise<InfonetPeer> {
  const { chain, host = '127.0.0.1', now = monotonicNow } = options;
  // In so many words: a value that is merely truthy opens nothing.
  const isPrivate = options.private === true;
  if (isPrivate && networkOf(host) !== 'loopback') {
    throw new RangeError(
      `host is ${JSON.stringify(host)}; allowed with private events is an address of the loopback, where Tor hands on its callers`,
    );
  }
  const requests = wholeOption(options, 'requestsPerWindow', 60, 1_000_000);
  const limits = {
    requestsPerWindow: requests,
    totalRequestsPerWindow: wholeOption(options, 'totalRequestsPerWindow', requests * 10, 10_000_000),
    windowSeconds: wholeOption(options, 'windowSeconds', 60, 3_600),
  };
  const requestTimeout = wholeOption(options, 'requestTimeoutMs', isPrivate ? 30_000 : 10_000, 600_000);
  const maxConnections = wholeOption(options, 'maxConnections', 512, 65_535);
  const limit = new CallerLimit({ requests, total: limits.totalRequestsPerWindow, ...limits });
  const callers = new Callers();
  const counters = { requests: 0, limited: 0, events: 0 };

  const answer = async (request: IncomingMessage): Promise<PeerAnswer> => {
    const wait = limit.take(callers.nameOf(request.socket), now());
    // Read before anything is answered: a connection closed with bytes unread takes the answer with it.
    const body = await readBody(request, MAX_BODY_BYTES);
    if (wait > 0) {
      const headers = { 'retry-after': String(wait) };
      return { status: 429, headers, body: '{"error":"Rate limit exceeded"}' };
    }
    if (body === undefined) return refusal(413, `the request has more than ${MAX_BODY_BYTES} bytes`);
    if (request.url !== SYNC_PATH) return refusal(404, 'Not Found');
    if (request.method !== 'POST')
      return { ...refusal(405, 'Method Not Allowed'), headers: { allow: 'POST' } };
    return answerSync(chain, body, { publicOnly: !(isPrivate && isPrivateCaller(request)) });
  };

  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: requestTimeout,
    requestTimeout,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(requestTimeout, 1_000),
  });
  // A caller that does not read its answer is let go as well.
  server.setTimeout(requestTimeout * 2);
  takeConnections(server, { callers, lineTimeout: requestTimeout });
  limitConnections(server, maxConnections);
  server.on('request', (request, response) => {
    answer(request).then(
      (made) => {
        counters.requests += 1;
        counters.limited += made.status === 429 ? 1 : 0;
        counters.events += made.events ?? 0;
        send(response, made, request.complete);
      },
      // The caller went away while it sent, or the chain was closed under it: there is nobody to answer.
      () => response.destroy(),
    );
  });
  await listen(server, options.port ?? 0, host);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the peer got no port');
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const url = `http://${name}:${address.port}`;
  return {
    url,
    serving: () => ({ url, private: isPrivate, ...limits, connections: callers.connections, ...counters }),
    close: async () => {
      callers.endAll();
      await closeServer(server);
    },
  };
}

const monotonicNow = (): number => performance.now() / 1000;

function send(response: ServerResponse, { status, headers, body }: PeerAnswer, isWhole: boolean): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    // What is left of a request that was not read to its end must not be taken for the next one.
    ...(isWhole ? {} : { connection: 'close' }),
    ...headers,
  });
  response.end(body);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
