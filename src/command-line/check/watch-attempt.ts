import { PerformanceObserver, performance } from 'node:perf_hooks';
import { TLSSocket } from 'node:tls';
import type { LinkObserver } from '../../infonet/pull/peer-link.ts';
import { safeText } from '../../policy/safe-text.ts';
import type { AnswerSeen, ConnectSeen, DnsSeen, TlsSeen } from './check-report.ts';
import { headersThatMatter } from './headers-seen.ts';
import { tlsSeen } from './tls-seen.ts';
import { destination, type TimedEntry, type WatchedWay, wayTimes } from './way-times.ts';

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
