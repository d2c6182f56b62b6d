import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { systemReport } from '../clock/system-ports.ts';
import {
  guardControl,
  guardHost,
  guardOrigin,
  guardUpgrade,
  type Refusal,
  refuseUpgrade,
} from '../http/guard.ts';
import { type HttpAnswer, problem } from '../http/http-answer.ts';
import { type HttpHandler, type HttpRoutes, serveRoutes } from '../http/http-routes.ts';
import type { HttpServer } from '../http/http-server.ts';
import { readJsonBody } from '../http/read-body.ts';
import type { Feed } from './feed.ts';
import type { InspectorPart } from './inspector-part.ts';
import { Allowance } from './viewers/allowance.ts';

/** Limits for requests that passed the guard, over all viewers. A page takes three requests. */
const REQUESTS = { burst: 200, perSecond: 50 };
const CONTROL_REQUESTS = { burst: 10, perSecond: 2 };
const MAX_CONTROL_BYTES = 4 * 1024;

/** What the server serves. */
export interface Served {
  readonly port: number;
  /** The files of the page, by path. */
  readonly assets: Readonly<Record<string, { readonly type: string; readonly body: string }>>;
  readonly parts: readonly InspectorPart[];
  readonly feed: Feed;
  /** Answers a viewer's request, parsed from JSON. Undefined if viewers are read-only. */
  readonly control: ((asked: unknown) => HttpAnswer) | undefined;
}

/** Answers all requests and upgrades that pass the guard. */
export function serveInspector(http: Pick<HttpServer, 'server' | 'onUpgrade'>, served: Served): void {
  const { port, assets, parts, feed, control } = served;
  const seconds = (): number => performance.now() / 1000;
  const requests = new Allowance(REQUESTS, seconds());
  const controls = new Allowance(CONTROL_REQUESTS, seconds());
  const documents: HttpRoutes = Object.fromEntries([
    ...Object.entries(assets).map(([path, asset]) => [path, { GET: () => ({ status: 200, ...asset }) }]),
    ...parts.map((part) => [
      part.path,
      { GET: ({ headers }: IncomingMessage) => part.page(headers.host ?? '') },
    ]),
  ]);
  const openFeed: HttpHandler = (request, response) => {
    if (request.method !== 'GET') return problem(405, 'Allowed at /feed is GET', { allow: 'GET' });
    const { searchParams } = targetOf(request);
    feed.open(response, {
      worker: searchParams.get('worker') ?? '',
      search: searchParams.get('search') ?? '',
    });
    return undefined;
  };
  const takeControl: HttpHandler = async (request) => {
    const foreign = guardControl(request);
    if (foreign !== undefined) return refused(foreign);
    if (control === undefined) return refused(ONLY_LOOK);
    if (!controls.take(seconds())) return refused(TOO_MANY);
    const body = await readJsonBody(request, MAX_CONTROL_BYTES);
    return 'refusal' in body ? body.refusal : control(body.value);
  };

  /** Counts only requests that pass, so refused ones do not use up the limit. */
  const guard = (request: IncomingMessage): HttpAnswer | undefined => {
    const isDocument = Object.hasOwn(documents, targetOf(request).pathname);
    const refusal = guardHost(request, port) ?? guardOrigin(request, isDocument);
    if (refusal !== undefined) return refused(refusal);
    return requests.take(seconds()) ? undefined : refused(TOO_MANY);
  };
  serveRoutes(
    http.server,
    { ...documents, '/feed': { GET: openFeed }, '/control': { POST: takeControl } },
    guard,
  );

  http.onUpgrade((request, socket, head) => {
    const { pathname } = targetOf(request);
    const part = parts.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`));
    const foreign = guardHost(request, port) ?? guardUpgrade(request, part?.origins ?? []);
    const refusal = foreign ?? (requests.take(seconds()) ? undefined : TOO_MANY);
    if (refusal !== undefined) refuseUpgrade(socket, refusal);
    else if (part?.upgrade === undefined) refuseUpgrade(socket, NO_WEBSOCKET);
    else {
      if (socket instanceof Socket) socket.setTimeout(0);
      try {
        part.upgrade(request, socket, head);
      } catch (cause) {
        // A part that throws must not end the process.
        systemReport(new Error(`The inspector's part ${part.path} failed`, { cause }));
        socket.destroy();
      }
    }
  });
}

const ONLY_LOOK: Refusal = {
  status: 403,
  error: 'viewers are read-only; start the inspection with control to allow requests',
};
const NO_WEBSOCKET: Refusal = { status: 404, error: 'there is no WebSocket here' };
const TOO_MANY: Refusal = { status: 429, error: 'too many requests' };

function refused(refusal: Refusal): HttpAnswer {
  const headers = refusal === TOO_MANY ? { 'retry-after': '1' } : {};
  return problem(refusal.status, refusal.error, headers);
}

/** The target as a URL. The guard refuses targets that are not paths only later, so they must be accepted here. */
function targetOf({ url = '/' }: IncomingMessage): URL {
  return new URL(`http://server${url.startsWith('/') ? url : '/'}`);
}
