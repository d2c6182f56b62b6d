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

/** Options of `createInfonetPeer`. */
export interface InfonetPeerOptions {
  /** The chain to serve. It may grow while it is served. */
  readonly chain: ChainStore;
  /** @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** 0 picks a free port. @default 0 */
  readonly port?: number | undefined;
  /**
   * Whether to serve private events (`gate_message`, `dm_message`) to callers over loopback. Set it only for the listener
   * behind an onion service: with a reverse proxy on this machine, the whole internet arrives over loopback.
   *
   * @default false
   */
  readonly private?: boolean | undefined;
  /** Requests per window of one caller. @default 60 */
  readonly requestsPerWindow?: number | undefined;
  /** Requests per window of all callers together. @default ten times `requestsPerWindow` */
  readonly totalRequestsPerWindow?: number | undefined;
  /** @default 60 */
  readonly windowSeconds?: number | undefined;
  /**
   * Maximum number of open connections; one identifiable caller may have 32. If all are in use, an idle connection is closed
   * for a new one. @default 512
   */
  readonly maxConnections?: number | undefined;
  /** Milliseconds for a caller to send its whole request. @default 10,000; 30,000 with `private` */
  readonly requestTimeoutMs?: number | undefined;
  /** The clock of the windows: seconds, may carry a fraction. @default a monotonic clock */
  readonly now?: (() => number) | undefined;
}

/** A peer that others can sync from. */
export interface InfonetPeer {
  /** Without a trailing slash, as in a peer record. */
  readonly url: string;
  /** The limits and the counters so far. */
  serving(): ServingStatus;
  /** Closes all connections, including those in the middle of a request. */
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** Over slow circuits, the second page of a pull may be requested long after the first. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Starts a peer that serves a chain.
 *
 * @throws RangeError naming the option, its value and what is allowed; Error if it cannot listen, such as EADDRINUSE
 */
export async function createInfonetPeer(options: InfonetPeerOptions): Promise<InfonetPeer> {
  const { chain, host = '127.0.0.1', now = monotonicNow } = options;
  // Only `true` itself opens private events; a truthy value does not.
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
    // Read the body before answering: closing a connection with unread bytes can discard the answer.
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
  // Also disconnects callers that do not read their answer.
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
      // The caller disconnected while sending, or the chain was closed: no answer is possible.
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
    // The unread rest of a request must not be parsed as the next one.
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
