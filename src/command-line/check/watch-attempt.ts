import { type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks';
import { TLSSocket } from 'node:tls';
import type { LinkObserver } from '../../infonet/pull/peer-link.ts';
import { safeText } from '../../policy/safe-text.ts';
import { isRecord } from '../../policy/wire-fields.ts';
import { tlsSeen } from './certificate-seen.ts';
import type { AnswerSeen, ConnectSeen, DnsSeen, TlsSeen } from './check-report.ts';

/** What was seen of an attempt from outside: by Node's own records and what the transport reports, not by other requests. */
export interface AttemptSeen {
  readonly dns: DnsSeen | undefined;
  readonly connect: ConnectSeen | undefined;
  readonly tls: TlsSeen | undefined;
  readonly answer: AnswerSeen | undefined;
  /** Each Retry-After as it came. */
  readonly retryAfters: readonly string[];
  readonly body: Uint8Array;
  /** A connection came about, TLS and proxy with it. */
  readonly isConnected: boolean;
  /** Why none did, where that is known. */
  readonly connectError: Error | undefined;
}

export interface AttemptWatch {
  /** For the transport to report to. */
  readonly observer: LinkObserver;
  /** Ends the watching. */
  end(): AttemptSeen;
}

/** Watches the one attempt at this peer that begins now. */
export function watchAttempt({ url, proxy }: WatchedWay): AttemptWatch {
  const entries: TimedEntry[] = [];
  const records = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  records.observe({ entryTypes: ['dns', 'net'] });

  let ended: number | undefined;
  let isConnected = false;
  let sent = 0;
  let connectError: Error | undefined;
  let tls: Omit<TlsSeen, 'ms'> = { protocol: undefined, cipher: undefined, certificate: undefined };
  let answer: AnswerSeen | undefined;
  let retryAfters: readonly string[] = [];
  const body: Uint8Array[] = [];

  const observer: LinkObserver = {
    connected: (socket) => {
      ended = performance.now();
      isConnected = true;
      if (socket instanceof TLSSocket) tls = tlsSeen(socket);
    },
    connectFailed: (error) => {
      ended = performance.now();
      connectError = error;
    },
    sent: () => {
      sent = performance.now();
    },
    answered: ({ statusCode = 0, statusMessage = '', headersDistinct }) => {
      retryAfters = headersDistinct['retry-after'] ?? [];
      answer = {
        status: statusCode,
        statusText: safeText(statusMessage, 80),
        headers: headersThatMatter(headersDistinct),
        ms: performance.now() - sent,
      };
    },
    received: (chunk) => void body.push(chunk),
  };

  return {
    observer,
    end: () => {
      entries.push(...records.takeRecords());
      records.disconnect();
      const times = wayTimes(entries, { url, proxy });
      const isSecure = url.protocol === 'https:';
      const until = ended ?? performance.now();
      const afterConnect = Math.max(0, until - (times.connectedAt ?? until));
      return {
        dns: times.dns,
        connect: times.connect && {
          ...times.connect,
          through: proxy && { destination: destination(url), ms: isSecure ? undefined : afterConnect },
        },
        tls: isSecure && times.connect !== undefined ? { ...tls, ms: afterConnect } : undefined,
        answer,
        retryAfters,
        body: Buffer.concat(body),
        isConnected,
        connectError,
      };
    },
  };
}

/** Those that say something about an attempt. */
const names: readonly string[] = [
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'location',
  'server',
  'via',
  'date',
];

/** The headers that are shown, in the order they came in. */
function headersThatMatter(headers: NodeJS.Dict<string[]>): [name: string, value: string][] {
  return Object.entries(headers)
    .filter(([name]) => names.includes(name))
    .flatMap(([name, values = []]) => values.map((value): [string, string] => [name, safeText(value, 200)]));
}

/** Where a connection goes: to the peer itself, or to a proxy on the way to it. */
interface WatchedWay {
  readonly url: URL;
  readonly proxy: { readonly host: string; readonly port: number } | undefined;
}

/** An entry with what Node notes beside the times. */
interface TimedEntry extends PerformanceEntry {
  readonly detail?: unknown;
}

/** How the connection came about, by Node's own records of name lookups and connections. */
interface WayTimes {
  readonly dns: DnsSeen | undefined;
  readonly connect: ConnectSeen | undefined;
  /** By the clock of `performance`. */
  readonly connectedAt: number | undefined;
}

function wayTimes(entries: readonly TimedEntry[], { url, proxy }: WatchedWay): WayTimes {
  const host = proxy?.host ?? bareHost(url);
  const port = proxy?.port ?? portOf(url);
  const dns = entries.flatMap((entry) => lookupOf(entry, host)).at(0);
  const connect = entries.find(
    ({ entryType, name, detail }) => entryType === 'net' && name === 'connect' && portIn(detail) === port,
  );
  if (connect === undefined) return { dns, connect: undefined, connectedAt: undefined };
  const address = isRecord(connect.detail) ? String(connect.detail['host']) : '';
  return {
    dns,
    connect: {
      to: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
      ms: connect.duration,
    },
    connectedAt: connect.startTime + connect.duration,
  };
}

/** `host:port`, also where the port is the usual one. */
function destination(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

function lookupOf({ entryType, name, detail, duration }: TimedEntry, host: string): DnsSeen[] {
  if (entryType !== 'dns' || name !== 'lookup' || !isRecord(detail) || detail['hostname'] !== host) return [];
  const found: unknown = detail['addresses'];
  const addresses = (Array.isArray(found) ? found : [found]).map((one: unknown) =>
    isRecord(one) ? String(one['address']) : String(one),
  );
  return [{ name: host, addresses, ms: duration }];
}

function portIn(detail: unknown): number {
  return isRecord(detail) ? Number(detail['port']) : Number.NaN;
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
