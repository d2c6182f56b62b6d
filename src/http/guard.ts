import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe } from '../policy/wire-fields.ts';
import { type HttpAnswer, problem } from './http-answer.ts';

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host can only be this machine, judging by its name. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  const family = isIP(name);
  return name === 'localhost' || (family !== 0 && loopback.check(name, family === 6 ? 'ipv6' : 'ipv4'));
}

/** @throws RangeError for a host that other machines could reach */
export function checkLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new RangeError(
    `host is ${describe(host)}; allowed are 127.0.0.1 and other loopback addresses, ::1 and localhost; for access from elsewhere, put a proxy with authentication in front`,
  );
}

/**
 * A page of another origin can make a browser send us requests, and with DNS rebinding even read our answers. So the Host must be
 * a loopback name, and the Origin, if sent, must match it. The guards run before a request is counted, read or answered, so a
 * refused request costs nothing.
 *
 * @param port required in the Host; undefined allows any, for callers behind a tunnel or a proxy
 */
export function guardHost(request: IncomingMessage, port?: number): Refusal | undefined {
  const hosts = valuesOf(request, 'host');
  const [host = ''] = hosts;
  const url = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  const isOurs =
    hosts.length === 1 &&
    /^[\w.[\]:-]+$/.test(host) &&
    url !== undefined &&
    isLoopback(url.hostname) &&
    (port === undefined || Number(url.port || 80) === port);
  if (!isOurs) {
    const at = port === undefined ? '' : ` with port ${port}, through a tunnel too`;
    const error = `Host is ${describe(hosts.join(', '))}; allowed is a loopback name or address, such as localhost${at}`;
    return { status: 403, error };
  }
  if (request.url?.startsWith('/')) return undefined;
  return { status: 400, error: 'the target of the request must be a path' };
}

/** Accepts our own page, callers that are not browsers and, if `isDocument`, links from other sites. */
export function guardOrigin(request: IncomingMessage, isDocument: boolean): Refusal | undefined {
  const origins = valuesOf(request, 'origin');
  if (origins.some((origin) => origin !== ownOrigin(request))) return foreign(origins);
  const site = request.headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  const isLink = isDocument && request.headers['sec-fetch-dest'] === 'document';
  if (isOwn || isLink) return undefined;
  return { status: 403, error: `Sec-Fetch-Site is ${describe(site)}; only this server's own page may ask` };
}

/** The guard of read-only servers. @returns the refusal, or undefined */
export function guardReading(request: IncomingMessage): HttpAnswer | undefined {
  const refusal = guardHost(request) ?? guardOrigin(request, true);
  return refusal && problem(refusal.status, refusal.error);
}

/** A request that changes something must come from our own page and send its Origin. */
export function guardControl(request: IncomingMessage): Refusal | undefined {
  if (request.headers.origin === undefined) return foreign([]);
  if (/^application\/json(\s*;|$)/i.test(request.headers['content-type'] ?? '')) return undefined;
  return { status: 415, error: 'Content-Type must be application/json' };
}

/** A browser always sends an Origin when it opens a WebSocket, so a request without one is not from a browser. */
export function guardUpgrade(
  request: IncomingMessage,
  foreignOrigins: readonly string[],
): Refusal | undefined {
  const origins = valuesOf(request, 'origin');
  const allowed = [ownOrigin(request), ...foreignOrigins];
  return origins.length <= 1 && origins.every((origin) => allowed.includes(origin))
    ? undefined
    : foreign(origins);
}

/** Refuses an upgrade and ends the connection. */
export function refuseUpgrade(socket: Duplex, { status, error }: Refusal): void {
  // The caller may be gone already; then there is nobody to answer.
  socket.once('error', () => socket.destroy());
  const head = `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(error)}\r\n\r\n${error}`, () => socket.destroy());
}

function ownOrigin({ headers }: IncomingMessage): string {
  return `http://${(headers.host ?? '').toLowerCase()}`;
}

function foreign(origins: readonly string[]): Refusal {
  const origin = origins.length === 0 ? 'missing' : describe(origins.join(', '));
  return { status: 403, error: `Origin is ${origin}; only this server's own page may ask for this` };
}

/** All values of a header: `headers` has only the first, or joins them. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
