import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe } from '../policy/wire-fields.ts';
import { type HttpAnswer, problem } from './http-answer.ts';

/** Why a request is turned away. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host, by its name alone, is this machine and can be no other. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  const family = isIP(name);
  return name === 'localhost' || (family !== 0 && loopback.check(name, family === 6 ? 'ipv6' : 'ipv4'));
}

/** @throws RangeError for a host that others could reach */
export function checkLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new RangeError(
    `host is ${describe(host)}; allowed are 127.0.0.1 and other addresses of the loopback, ::1 and localhost; to be reached from elsewhere, put a proxy with authentication before it`,
  );
}

/**
 * A page of another origin can make a browser ask us, and with DNS rebinding even read our answer: so the Host must be a name
 * of the loopback, and the Origin, where one is sent, that same Host. Whatever does not pass costs nothing: it is asked before
 * a request is counted, read or answered.
 *
 * @param port demanded of the Host; undefined: any, for who asks through a tunnel or a proxy
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
    const error = `Host is ${describe(hosts.join(', '))}; allowed is a name or address of the loopback, such as localhost${at}`;
    return { status: 403, error };
  }
  if (request.url?.startsWith('/')) return undefined;
  return { status: 400, error: 'the target of the request must be a path' };
}

/** Lets through our own page, what is no browser, and, for `isDocument`, a link from elsewhere to it. */
export function guardOrigin(request: IncomingMessage, isDocument: boolean): Refusal | undefined {
  const origins = valuesOf(request, 'origin');
  if (origins.some((origin) => origin !== ownOrigin(request))) return foreign(origins);
  const site = request.headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  const isLink = isDocument && request.headers['sec-fetch-dest'] === 'document';
  if (isOwn || isLink) return undefined;
  return { status: 403, error: `Sec-Fetch-Site is ${describe(site)}; only this server's own page may ask` };
}

/** For servers that are only read: the answer to who is turned away. */
export function guardReading(request: IncomingMessage): HttpAnswer | undefined {
  const refusal = guardHost(request) ?? guardOrigin(request, true);
  return refusal && problem(refusal.status, refusal.error);
}

/** What changes something must come from our own page, and say so. */
export function guardControl(request: IncomingMessage): Refusal | undefined {
  if (request.headers.origin === undefined) return foreign([]);
  if (/^application\/json(\s*;|$)/i.test(request.headers['content-type'] ?? '')) return undefined;
  return { status: 415, error: 'Content-Type must be application/json' };
}

/** A browser always says where the page comes from that opens a WebSocket; what says nothing is no browser. */
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

/** Answers an upgrade that is not had, and ends the connection. */
export function refuseUpgrade(socket: Duplex, { status, error }: Refusal): void {
  // It may be gone already, and then nobody is left to be told.
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

/** Every one that was sent: Node shows the first alone, or all as one. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
