import { Agent, type IncomingMessage, request as startRequest } from 'node:http';
import { Socket } from 'node:net';
import {
  PeerSyncError,
  PeerSyncHttpError,
  PeerSyncLocalError,
  PeerSyncProtocolError,
  PeerSyncRateLimited,
} from '../../policy/errors.ts';
import { readRetryAfter } from '../../policy/retry-after.ts';
import type { HostPort } from '../host-port.ts';
import { isJsonObject } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import { oneLine } from '../one-line.ts';
import { networkOf } from '../peer-network.ts';
import { SYNC_PATH } from '../protocol.ts';
import { Deadline } from './deadline.ts';
import { type Connect, connectPeer } from './peer-socket.ts';
import { SocksRefused } from './socks-replies.ts';

export interface PeerLinkOptions {
  readonly signal: AbortSignal;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  readonly socksProxy: HostPort;
  readonly requestTimeoutMs: number;
  readonly onionConnectTimeoutMs: number;
  readonly onionRequestTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** PEM; trusted in place of the certificates of the system. */
  readonly ca: string | undefined;
  /** The new head, if earlier requests brought something that was kept: every error carries it. */
  readonly progress: () => string | undefined;
  readonly observer?: LinkObserver | undefined;
  readonly connect?: Connect | undefined;
}

/** Sees the steps of the requests, each in its time. @internal */
export interface LinkObserver {
  connected(socket: Socket): void;
  connectFailed(error: Error): void;
  sent(): void;
  answered(answer: Pick<IncomingMessage, 'statusCode' | 'statusMessage' | 'headersDistinct'>): void;
  received(chunk: Uint8Array): void;
}

/** One connection to one peer, for one attempt. */
export interface PeerLink {
  /**
   * The body of an answer with status 200.
   *
   * @throws PeerSyncRateLimited, PeerSyncHttpError, PeerSyncProtocolError, PeerSyncLocalError, or the reason of the signal
   */
  post(body: string): Promise<Uint8Array>;
  close(): void;
}

/** The body is not one we take in. */
class BodyRefused extends Error {}

/** A kept connection that the peer closed before any byte of the answer; the request may be sent again. */
class ClosedBeforeAnswer extends Error {}

/** What an error answer says of itself is read up to here; the rest of it is not waited for. */
const MAX_DETAIL_BYTES = 4096;
const MAX_HEADER_BYTES = 16 * 1024;
const NO_ANSWER = (ms: number): string => `no whole answer within ${ms} ms`;
const NO_CONNECTION = (ms: number): string =>
  `no connection through Tor within ${ms} ms: it may still be starting, or the onion service may be down`;
/** Of several addresses of a name, three may be dead before one that answers. */
const ADDRESS_SHARE = 0.3;

/**
 * Nothing is sent before the first `post`.
 *
 * On Node's own HTTP: undici gives up at a 100 Continue nobody asked for, which RFC 9110 §15.2 wants passed over, and
 * does not say whether a connection that closed was a kept one.
 */
export function openPeerLink(peerUrl: string, options: PeerLinkOptions): PeerLink {
  const { signal } = options;
  const url = new URL(`${peerUrl}${SYNC_PATH}`);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  const ask = async (body: string): Promise<Uint8Array> => {
    const deadline = new Deadline(signal);
    try {
      return await exchange({ url, agent, body, deadline, options });
    } catch (error) {
      // An answer that came in time stands, also where its body did not.
      throw deadline.signal.aborted && !(error instanceof PeerSyncError) ? deadline.signal.reason : error;
    } finally {
      deadline.end();
    }
  };

  return {
    post: async (body) => {
      signal.throwIfAborted();
      try {
        return await ask(body).catch((error: unknown) => {
          if (error instanceof ClosedBeforeAnswer) return ask(body);
          throw error;
        });
      } catch (error) {
        signal.throwIfAborted();
        throw peerError(error, options);
      }
    },
    close: () => agent.destroy(),
  };
}

interface Exchange {
  readonly url: URL;
  readonly agent: Agent;
  readonly body: string;
  readonly deadline: Deadline;
  readonly options: PeerLinkOptions;
}

async function exchange({ url, agent, body, deadline, options }: Exchange): Promise<Uint8Array> {
  const { observer, requestTimeoutMs, maxBodyBytes } = options;
  const isOnion = networkOf(url.hostname) === 'onion';
  const { signal } = deadline;
  // Over Tor the two parts have limits of their own: a first connection takes many times as long as an answer.
  if (isOnion) deadline.set(options.onionConnectTimeoutMs, NO_CONNECTION);
  else deadline.set(requestTimeoutMs, NO_ANSWER);

  agent.createConnection = (_, callback) => {
    const proxy = isOnion ? options.socksProxy : undefined;
    const addressTimeoutMs = Math.ceil(requestTimeoutMs * ADDRESS_SHARE);
    connectPeer(url, { proxy, ca: options.ca, signal, addressTimeoutMs, connect: options.connect }).then(
      (socket) => {
        observer?.connected(socket);
        callback?.(null, socket);
      },
      (error: Error) => {
        observer?.connectFailed(error);
        // The type wants a stream where there is none; it is not looked at.
        callback?.(error, new Socket());
      },
    );
    return undefined;
  };
  const request = startRequest({
    agent,
    method: 'POST',
    path: url.pathname,
    headers: {
      host: url.host,
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'infonet-sync-worker',
    },
    signal,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Whatever NODE_OPTIONS says.
    insecureHTTPParser: false,
  });
  let bytesBefore = 0;
  request.once('socket', (socket) => {
    bytesBefore = socket.bytesRead;
    if (isOnion) deadline.set(options.onionRequestTimeoutMs, NO_ANSWER);
    observer?.sent();
  });
  let fault: Error | undefined;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('upgrade', (_, socket) => {
      socket.destroy();
      reject(new BodyRefused('the peer switched to another protocol, though nobody asked for it'));
    });
    request.on('error', (error) => {
      fault = error;
      const isUnanswered = request.reusedSocket && request.socket?.bytesRead === bytesBefore;
      reject(isUnanswered ? new ClosedBeforeAnswer(error.message, { cause: error }) : error);
    });
    request.end(body);
  });
  observer?.answered(answer);
  if (answer.statusCode !== 200) throw await httpError(answer, options);
  const encodings = (answer.headersDistinct['content-encoding'] ?? [])
    .join(',')
    .toLowerCase()
    .split(/[\s,]+/);
  if (encodings.some((encoding) => !['', 'identity', 'none'].includes(encoding))) {
    answer.destroy();
    throw new BodyRefused('a packed body, though none was asked for');
  }
  const whole = await readBody(answer, maxBodyBytes, observer).catch((error: unknown) => {
    // The body breaks off where the parser gives up; the request knows why.
    throw error instanceof BodyRefused ? error : (fault ?? error);
  });
  // A body without a length ends with its connection, which is how we end it too.
  signal.throwIfAborted();
  return whole;
}

async function readBody(
  body: AsyncIterable<Uint8Array>,
  most: number,
  observer?: LinkObserver,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by a throw ends the connection: what is still to come is not taken in.
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw new BodyRefused(`a body above ${most} bytes`);
    chunks.push(chunk);
    observer?.received(chunk);
  }
  return Buffer.concat(chunks);
}

async function httpError(
  answer: IncomingMessage,
  { now, progress }: PeerLinkOptions,
): Promise<PeerSyncError> {
  const { statusCode: status = 0 } = answer;
  if (status < 200) return new PeerSyncProtocolError('the answer is no HTTP', { head: progress() });
  const { seconds, header } = longestRetryAfter(answer.headersDistinct['retry-after'] ?? [], now());
  const options = {
    retryAfterSeconds: seconds,
    retryAfterHeader: header,
    detail: await readDetail(answer),
    head: progress(),
  };
  return status === 429 ? new PeerSyncRateLimited(options) : new PeerSyncHttpError({ ...options, status });
}

/**
 * RFC 9110 knows one Retry-After. Of several, each is read by itself and the longest wait holds: to come late is
 * polite, to come early is not.
 */
function longestRetryAfter(
  headers: readonly string[],
  now: number,
): { seconds: number; header: string | undefined } {
  const seconds = headers.map((header) => readRetryAfter(header, { now }).seconds);
  return {
    seconds: Math.max(0, ...seconds),
    header: headers.length === 0 ? undefined : oneLine(headers.join(', ')),
  };
}

/** What the peer says went wrong, if it says so in a form we know; the status stands without it. */
async function readDetail(body: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    const json = readJson(await readBody(body, MAX_DETAIL_BYTES));
    const said = isJsonObject(json) ? (json.get('detail') ?? json.get('error')) : undefined;
    return typeof said === 'string' ? oneLine(said) : '';
  } catch {
    // No JSON, too long, or broken off: the error to report is the status.
    return '';
  }
}

function peerError(error: unknown, { progress }: PeerLinkOptions): PeerSyncError {
  if (error instanceof PeerSyncError) return error;
  const options = { head: progress(), cause: error };
  if (error instanceof SocksRefused && error.isLocal) {
    return new PeerSyncLocalError(`${error.message}. ${error.advice}`, options);
  }
  const status = error instanceof BodyRefused ? 200 : 0;
  return new PeerSyncProtocolError(messageOf(error), { ...options, status });
}

/** Several addresses tried make an error without a message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return messageOf(error.errors[0]);
  if (!(error instanceof Error)) return oneLine(String(error));
  const code = 'code' in error ? String(error.code) : '';
  // Node names them by the call that failed: "read ECONNRESET", "socket hang up", "aborted".
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'the peer closed the connection';
  if (code === 'HPE_HEADER_OVERFLOW') return `headers above ${MAX_HEADER_BYTES} bytes`;
  if (code.startsWith('HPE_')) return `the answer is no HTTP: ${oneLine(error.message)}`;
  return oneLine(error.message || error.name);
}
