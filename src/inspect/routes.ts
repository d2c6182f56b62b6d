import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { systemReport } from '../clock/system-ports.ts';
import { guardControl, guardHost, guardOrigin, guardUpgrade, type Refusal } from '../http/guard.ts';
import { type HttpAnswer, problem, sendAnswer } from '../http/http-answer.ts';
import { readBody } from '../http/read-body.ts';
import type { Feed } from './feed.ts';
import type { InspectorPart } from './inspector-part.ts';
import { Allowance } from './viewers/allowance.ts';

/** Requests that passed the guard, of all viewers together: a page is three. */
const REQUESTS = { burst: 200, perSecond: 50 };
const CONTROL_REQUESTS = { burst: 10, perSecond: 2 };
const MAX_CONTROL_BYTES = 4 * 1024;

/** What is served. */
export interface Served {
  readonly port: number;
  /** By its path. */
  readonly assets: Readonly<Record<string, { readonly type: string; readonly body: string }>>;
  readonly parts: readonly InspectorPart[];
  readonly feed: Feed;
  /** Undefined: viewers only look. */
  readonly control: ((body: string) => HttpAnswer) | undefined;
}

/** Answers every request and every upgrade, each only after the guard. */
export interface Routes {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export function createRoutes({ port, assets, parts, feed, control }: Served): Routes {
  const seconds = (): number => performance.now() / 1000;
  const requests = new Allowance(REQUESTS, seconds());
  const controls = new Allowance(CONTROL_REQUESTS, seconds());
  const partOf = (path: string): InspectorPart | undefined =>
    parts.find((part) => path === part.path || path.startsWith(`${part.path}/`));
  const assetOf = (path: string): Served['assets'][string] | undefined =>
    Object.hasOwn(assets, path) ? assets[path] : undefined;
  /** Who may not read costs nothing: only what passes is counted. */
  const guarded = (request: IncomingMessage): Refusal | undefined => {
    const refusal = guardHost(request, port);
    if (refusal !== undefined) return refusal;
    const { pathname } = targetOf(request);
    const isDocument = partOf(pathname) !== undefined || assetOf(pathname) !== undefined;
    return guardOrigin(request, isDocument) ?? (requests.take(seconds()) ? undefined : TOO_MANY);
  };

  /** A part that throws must not end the process. Whether it did not. */
  const served = ({ path }: InspectorPart, act: () => void): boolean => {
    try {
      act();
      return true;
    } catch (cause) {
      systemReport(new Error(`The inspector's part ${path} failed`, { cause }));
      return false;
    }
  };
  /** Undefined: it is answered elsewhere. */
  const answerTo = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<HttpAnswer | undefined> => {
    const { pathname, searchParams } = targetOf(request);
    const part = partOf(pathname);
    const asset = assetOf(pathname);
    if (part !== undefined) {
      const isServed = served(part, () => part.request(request, response));
      if (!isServed) response.destroy();
      return undefined;
    }
    if (pathname === '/control') {
      if (request.method !== 'POST') return notAllowed('POST');
      const foreign = guardControl(request);
      if (foreign !== undefined) return problem(foreign.status, foreign.error);
      if (control === undefined) return problem(403, ONLY_LOOK);
      if (!controls.take(seconds())) return tooMany();
      const body = await readBody(request, MAX_CONTROL_BYTES);
      if (body !== undefined) return control(body.toString());
      return problem(413, `the request has more than ${MAX_CONTROL_BYTES} bytes`);
    }
    if (pathname === '/feed') {
      if (request.method !== 'GET') return notAllowed('GET');
      feed.open(response, {
        worker: searchParams.get('worker') ?? '',
        search: searchParams.get('search') ?? '',
      });
      return undefined;
    }
    if (asset === undefined) return problem(404, 'there is nothing here');
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed('GET, HEAD');
    return { status: 200, ...asset };
  };

  return {
    request: (request, response) => {
      const refusal = guarded(request);
      if (refusal !== undefined) {
        const headers = refusal === TOO_MANY ? { 'retry-after': '1' } : {};
        sendAnswer(request, response, problem(refusal.status, refusal.error, headers));
      } else {
        answerTo(request, response).then(
          (made) => made !== undefined && sendAnswer(request, response, made),
          // The caller went away while it sent: there is nobody to tell.
          () => response.destroy(),
        );
      }
    },
    upgrade: (request, socket, head) => {
      const host = guardHost(request, port);
      const part = host === undefined ? partOf(targetOf(request).pathname) : undefined;
      const foreign = host ?? guardUpgrade(request, part?.origins ?? []);
      const refusal = foreign ?? (requests.take(seconds()) ? undefined : TOO_MANY);
      if (refusal !== undefined) turnAway(socket, refusal);
      else if (part?.upgrade === undefined) turnAway(socket, NO_WEBSOCKET);
      else {
        if (socket instanceof Socket) socket.setTimeout(0);
        const isServed = served(part, () => part.upgrade?.(request, socket, head));
        if (!isServed) socket.destroy();
      }
    },
  };
}

/** The guard has seen to it that the target begins with a slash. */
function targetOf({ url = '/' }: IncomingMessage): URL {
  return new URL(`http://server${url}`);
}

const ONLY_LOOK = 'viewers may only look; start the inspection with control to allow more';
const NO_WEBSOCKET: Refusal = { status: 404, error: 'there is no WebSocket here' };
const TOO_MANY: Refusal = { status: 429, error: 'too many requests' };

function tooMany(): HttpAnswer {
  return problem(TOO_MANY.status, TOO_MANY.error, { 'retry-after': '1' });
}

function notAllowed(allow: string): HttpAnswer {
  return problem(405, `allowed is ${allow}`, { allow });
}

function turnAway(socket: Duplex, { status, error }: Refusal): void {
  // It may be gone already, and then nobody is left to be told.
  socket.once('error', () => socket.destroy());
  const head = `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(error)}\r\n\r\n${error}`, () => socket.destroy());
}
