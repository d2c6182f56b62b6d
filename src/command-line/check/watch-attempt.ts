import { type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks';
import { TLSSocket } from 'node:tls';
import type { HostPort } from '../../infonet/host-port.ts';
import type { LinkObserver } from '../../infonet/pull/peer-link.ts';
import { safeText } from '../../policy/safe-text.ts';
import { isRecord } from '../../policy/wire-fields.ts';
import { bareHost, tlsSeen } from './certificate-seen.ts';
import type { AnswerSeen, ConnectSeen, DnsSeen, TlsSeen } from './check-report.ts';

/**
 * What was observed of an attempt: by Node's performance entries and diagnostics and the transport's reports, without other
 * requests.
 */
export interface AttemptSeen {
  readonly dns: DnsSeen | undefined;
  readonly connect: ConnectSeen | undefined;
  readonly tls: TlsSeen | undefined;
  readonly answer: AnswerSeen | undefined;
  /** Each Retry-After header, unchanged. */
  readonly retryAfters: readonly string[];
  readonly body: Uint8Array;
  /** Whether a connection was established, including proxy and TLS. */
  readonly isConnected: boolean;
  /** Why none was established, if known. */
  readonly connectError: Error | undefined;
}

export interface AttemptWatch {
  /** The callback for the transport's reports. */
  readonly observer: LinkObserver;
  /** Stops watching. */
  end(): AttemptSeen;
}

/** A performance entry with Node's details. */
interface TimedEntry extends PerformanceEntry {
  readonly detail?: unknown;
}

/**
 * Watches the attempt at this peer that starts now.
 *
 * @param proxy the proxy that is connected to; undefined for the peer itself
 */
export function watchAttempt(url: URL, proxy: HostPort | undefined): AttemptWatch {
  const entries: TimedEntry[] = [];
  const records = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  records.observe({ entryTypes: ['dns', 'net'] });
  const peer = { host: bareHost(url.hostname), port: Number(url.port) || (isSecure(url) ? 443 : 80) };
  const { host, port } = proxy ?? peer;

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
      const opened = entries.find((entry) => isConnectTo(entry, port));
      const until = ended ?? performance.now();
      const afterConnect = opened === undefined ? 0 : Math.max(0, until - opened.startTime - opened.duration);
      return {
        dns: entries.flatMap((entry) => lookupOf(entry, host)).at(0),
        connect: opened && {
          to: addressOf(opened, port),
          ms: opened.duration,
          through: proxy && {
            // Even if it is the default port.
            destination: `${url.hostname}:${peer.port}`,
            ms: isSecure(url) ? undefined : afterConnect,
          },
        },
        tls: isSecure(url) && opened !== undefined ? { ...tls, ms: afterConnect } : undefined,
        answer,
        retryAfters,
        body: Buffer.concat(body),
        isConnected,
        connectError,
      };
    },
  };
}

function isSecure({ protocol }: URL): boolean {
  return protocol === 'https:';
}

/** The headers that are relevant to an attempt. */
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

/** The relevant headers, in their original order. */
function headersThatMatter(headers: NodeJS.Dict<string[]>): [name: string, value: string][] {
  return Object.entries(headers)
    .filter(([name]) => names.includes(name))
    .flatMap(([name, values = []]) => values.map((value): [string, string] => [name, safeText(value, 200)]));
}

function isConnectTo({ entryType, name, detail }: TimedEntry, port: number): boolean {
  return entryType === 'net' && name === 'connect' && isRecord(detail) && Number(detail['port']) === port;
}

function addressOf({ detail }: TimedEntry, port: number): string {
  const address = isRecord(detail) ? String(detail['host']) : '';
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function lookupOf({ entryType, name, detail, duration }: TimedEntry, host: string): DnsSeen[] {
  if (entryType !== 'dns' || name !== 'lookup' || !isRecord(detail) || detail['hostname'] !== host) return [];
  const addresses = [detail['addresses']]
    .flat()
    .map((one: unknown) => String(isRecord(one) ? one['address'] : one));
  return [{ name: host, addresses, ms: duration }];
}
