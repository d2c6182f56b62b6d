import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { closeServer } from '../http/close-server.ts';
import type { GrowingPeer } from './growing-peer.ts';
import type { PeerName } from './scenes.ts';

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
  | { readonly kind: 'unresponsive' };

/** A peer with moods: it misbehaves by itself, and for the rest stands in front of a real one. */
export interface DemoPeer {
  readonly label: PeerName;
  readonly url: string;
  setMood(mood: PeerMood): void;
  mood(): PeerMood;
  /** Requests taken and not answered yet. */
  openRequests(): number;
  close(): Promise<void>;
}

export interface DemoPeerOptions {
  readonly label: PeerName;
  /** Serves in the mood `well`. */
  readonly behind: GrowingPeer;
  /** Serves in the mood `forked`. */
  readonly elsewhere: GrowingPeer;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
}

/** Starts a peer on a free port of 127.0.0.1. */
export async function createDemoPeer(options: DemoPeerOptions): Promise<DemoPeer> {
  const { label, behind, elsewhere, now } = options;
  let mood: PeerMood = { kind: 'well' };
  const open = new Set<ServerResponse>();

  const serve = (request: IncomingMessage, response: ServerResponse): void | Promise<void> => {
    switch (mood.kind) {
      case 'well':
        return handOn(request, response, behind);
      case 'forked':
        return handOn(request, response, elsewhere);
      case 'failing':
        return sendJson(response, 500, { detail: 'the demo peer fails on purpose' });
      case 'garbage':
        return void response.end('<!doctype html><title>Welcome to the hotel network</title>');
      case 'rate-limited':
        return void response.writeHead(429, { 'retry-after': retryAfter(mood, now()) }).end();
      case 'unresponsive':
    }
  };

  const server = createServer(async (request, response) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    try {
      await serve(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { detail: String(error) });
    }
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
    mood: () => mood,
    openRequests: () => open.size,
    close: () => closeServer(server),
  };
}

async function handOn(request: IncomingMessage, response: ServerResponse, peer: GrowingPeer): Promise<void> {
  await peer.grow();
  const { method, url: path, headers } = request;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    // No agent: a connection kept for later could be closed just as the next request goes out on it.
    const onward = httpRequest(peer.url, { method, path, headers, agent: false }, resolve);
    request.pipe(onward.on('error', reject));
  });
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, response);
}

function retryAfter(mood: Extract<PeerMood, { kind: 'rate-limited' }>, now: number): string {
  if (mood.form === 'delay-seconds') return String(mood.retryAfterSeconds);
  return new Date(Math.ceil(now + mood.retryAfterSeconds) * 1000).toUTCString();
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
