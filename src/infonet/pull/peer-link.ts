import { Client, type Dispatcher } from 'undici';
import {
  PeerSyncError,
  PeerSyncHttpError,
  PeerSyncProtocolError,
  PeerSyncRateLimited,
} from '../../policy/errors.ts';
import { readRetryAfter } from '../../policy/retry-after.ts';
import { isJsonObject } from '../json-value.ts';
import { oneLine } from '../one-line.ts';
import { networkOf } from '../peer-network.ts';
import { SYNC_PATH } from '../protocol.ts';
import { readJson } from '../read-json.ts';
import { type ProxyAddress, socksConnector } from './socks-proxy.ts';

export interface PeerLinkOptions {
  readonly signal: AbortSignal;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  readonly socksProxy: ProxyAddress;
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** PEM; trusted in place of the certificates of the system. */
  readonly ca: string | undefined;
  /** The new head, if earlier requests brought something that was kept: every error carries it. */
  readonly progress: () => string | undefined;
}

/** One connection to one peer, for one attempt. */
export interface PeerLink {
  /**
   * The body of an answer with status 200.
   *
   * @throws PeerSyncRateLimited, PeerSyncHttpError, PeerSyncProtocolError, or the reason of the signal
   */
  post(body: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The body is not one we take in. */
class BodyRefused extends Error {}

/** What an error answer says of itself is read up to here; the rest of it is not waited for. */
const MAX_DETAIL_BYTES = 4096;
const MAX_HEADER_BYTES = 16 * 1024;

/** Nothing is sent before the first `post`. */
export function openPeerLink(peerUrl: string, options: PeerLinkOptions): PeerLink {
  const { signal, requestTimeoutMs, maxBodyBytes, socksProxy, ca, progress } = options;
  const url = new URL(`${peerUrl}${SYNC_PATH}`);
  const ended = new AbortController();
  const timeout = requestTimeoutMs;
  const connect =
    networkOf(url.hostname) === 'onion'
      ? socksConnector({ proxy: socksProxy, timeoutMs: timeout, ca, signal: ended.signal })
      : // Said aloud, since NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off for the whole process.
        { timeout, signal: ended.signal, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
  // One deadline covers all of a request, below; undici's own would start anew with every byte.
  const client = new Client(url.origin, {
    connect,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  });

  const ask = async (body: string, deadline: AbortSignal): Promise<Uint8Array> => {
    // Undici follows no redirect unless told to, and unpacks nothing: a packed body is refused by its header.
    const answer = await client.request({
      method: 'POST',
      path: url.pathname,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-type': 'application/json',
        'user-agent': 'infonet-sync-worker',
      },
      body,
      signal: AbortSignal.any([signal, deadline]),
    });
    if (answer.statusCode !== 200) throw await httpError(answer, options);
    const encoding = answer.headers['content-encoding'];
    if (encoding !== undefined && String(encoding).toLowerCase() !== 'identity') {
      throw new BodyRefused('a packed body, though none was asked for');
    }
    return readBody(answer.body, maxBodyBytes);
  };

  return {
    post: async (body) => {
      signal.throwIfAborted();
      const deadline = AbortSignal.timeout(requestTimeoutMs);
      try {
        return await ask(body, deadline);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof PeerSyncError) throw error;
        const message = deadline.aborted ? `no whole answer within ${requestTimeoutMs} ms` : messageOf(error);
        const status = error instanceof BodyRefused ? 200 : 0;
        throw new PeerSyncProtocolError(message, { status, head: progress(), cause: error });
      }
    },
    close: async () => {
      await client.destroy();
      // Undici leaves a connection that is still being made to its own time limit.
      ended.abort();
    },
  };
}

async function readBody(body: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by a throw ends the connection: what is still to come is not taken in.
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw new BodyRefused(`a body above ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function httpError(
  answer: Dispatcher.ResponseData,
  { now, progress }: PeerLinkOptions,
): Promise<PeerSyncError> {
  const { seconds, header } = longestRetryAfter(answer.headers['retry-after'], now());
  const options = {
    retryAfterSeconds: seconds,
    retryAfterHeader: header,
    detail: await readDetail(answer.body),
    head: progress(),
  };
  if (answer.statusCode === 429) return new PeerSyncRateLimited(options);
  return new PeerSyncHttpError({ ...options, status: answer.statusCode });
}

/**
 * RFC 9110 knows one Retry-After. Of several, each is read by itself and the longest wait holds: to come late is
 * polite, to come early is not. A list within one header is unreadable, as the policy has it.
 */
function longestRetryAfter(
  value: string | string[] | undefined,
  now: number,
): { seconds: number; header: string | undefined } {
  const headers = value === undefined ? [] : [value].flat();
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

/** Several addresses tried make an error without a message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return messageOf(error.errors[0]);
  if (!(error instanceof Error)) return oneLine(String(error));
  // Undici asserts what its parser let through, such as a status below 100.
  if ('code' in error && error.code === 'ERR_ASSERTION') return 'the answer is no HTTP';
  return oneLine(error.message || error.name);
}
