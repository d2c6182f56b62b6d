import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { DemoChain } from './demo-chain.ts';
import { SYNC_PATH } from './infonet-protocol.ts';
import { answerSync } from './sync-answer.ts';

/** How a peer treats whoever asks. */
export type PeerMood =
  /** Serves its chain. */
  | { readonly kind: 'well' }
  /** 429, its Retry-After as a number of seconds or as an HTTP-date. */
  | {
      readonly kind: 'rate-limited';
      readonly retryAfterSeconds: number;
      readonly form: 'delay-seconds' | 'http-date';
    }
  /** 500. */
  | { readonly kind: 'failing' }
  /** 200, and a body that is no JSON. */
  | { readonly kind: 'garbage' }
  /** Serves another chain. */
  | { readonly kind: 'forked' }
  /** Takes the request and never answers. */
  | { readonly kind: 'silent' };

/** A small real peer on this machine. */
export interface DemoPeer {
  readonly label: string;
  readonly url: string;
  setMood(mood: PeerMood): void;
  /** Requests taken and not answered yet. */
  openRequests(): number;
  close(): Promise<void>;
}

export interface DemoPeerOptions {
  readonly label: string;
  readonly chain: DemoChain;
  /** Served in the mood `forked`. */
  readonly otherChain: DemoChain;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
}

const MOST_REQUEST_BYTES = 64 * 1024;

/** Starts a peer on a free port of 127.0.0.1. */
export async function createDemoPeer({ label, chain, otherChain, now }: DemoPeerOptions): Promise<DemoPeer> {
  let mood: PeerMood = { kind: 'well' };
  const open = new Set<ServerResponse>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST' || request.url !== SYNC_PATH) {
      return sendJson(response, 404, { detail: 'Not Found' });
    }
    const body = await readJson(request);
    if (mood.kind === 'silent') return;
    if (mood.kind === 'failing') return sendJson(response, 500, { detail: 'the demo peer fails on purpose' });
    if (mood.kind === 'garbage') {
      response.end('<!doctype html><title>Welcome to the hotel network</title>');
      return;
    }
    if (mood.kind === 'rate-limited') {
      response.setHeader('retry-after', retryAfter(mood, now()));
      return sendJson(response, 429, { error: 'Rate limit exceeded' });
    }
    const answer = answerSync((mood.kind === 'forked' ? otherChain : chain).events(), body);
    sendJson(response, answer.status, answer.body);
  };

  const server = createServer((request, response) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    // What fails here is the reading of the request: the caller is gone, or sent too much.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the demo peer got no port');

  return {
    label,
    url: `http://127.0.0.1:${address.port}`,
    setMood: (next) => {
      mood = next;
    },
    openRequests: () => open.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function retryAfter(mood: Extract<PeerMood, { kind: 'rate-limited' }>, now: number): string {
  if (mood.form === 'delay-seconds') return String(mood.retryAfterSeconds);
  return new Date(Math.ceil(now + mood.retryAfterSeconds) * 1000).toUTCString();
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MOST_REQUEST_BYTES) throw new RangeError(`a request of more than ${MOST_REQUEST_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    // No JSON is no object either, and gets the answer for that.
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
