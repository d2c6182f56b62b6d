import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { TLSSocket } from 'node:tls';
import { safeText } from '../../policy/safe-text.ts';
import type { AnswerSeen, ConnectSeen, DnsSeen, TlsSeen } from './check-report.ts';
import { headersThatMatter, retryAfterHeaders } from './headers-seen.ts';
import { tlsSeen } from './tls-seen.ts';
import { destination, type TimedEntry, type WatchedWay, wayTimes } from './way-times.ts';

/** What was seen of an attempt from outside: by Node's own records and undici's channels, not by other requests. */
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
  /** Ends the watching. */
  end(): AttemptSeen;
}

/** Watches the one attempt at this peer that begins now. */
export function watchAttempt({ url, proxy }: WatchedWay): AttemptWatch {
  const entries: TimedEntry[] = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ entryTypes: ['dns', 'net'] });

  let ended: number | undefined;
  let isConnected = false;
  let sent = 0;
  let connectError: Error | undefined;
  let tls: Omit<TlsSeen, 'ms'> = { protocol: undefined, cipher: undefined, certificate: undefined };
  let answer: AnswerSeen | undefined;
  let retryAfters: readonly string[] = [];
  const body: Uint8Array[] = [];

  const isOurs = (message: Message): boolean =>
    message.request?.origin === url.origin || message.connectParams?.host === url.host;
  const listeners: Readonly<Record<string, (message: Message) => void>> = {
    'undici:client:connected': ({ socket }) => {
      ended = performance.now();
      isConnected = true;
      if (socket instanceof TLSSocket) tls = tlsSeen(socket);
    },
    'undici:client:connectError': ({ error }) => {
      ended = performance.now();
      connectError = error;
    },
    'undici:client:sendHeaders': () => {
      sent = performance.now();
    },
    'undici:request:headers': ({ response }) => {
      if (response === undefined) return;
      retryAfters = retryAfterHeaders(response.headers);
      answer = {
        status: response.statusCode,
        statusText: safeText(response.statusText, 80),
        headers: headersThatMatter(response.headers),
        ms: performance.now() - sent,
      };
    },
    'undici:request:bodyChunkReceived': ({ chunk }) => {
      if (chunk !== undefined) body.push(chunk);
    },
  };
  const taps = Object.entries(listeners).map(([channel, listener]) => {
    const tap = (message: unknown): void => {
      if (isOurs(message as Message)) listener(message as Message);
    };
    subscribe(channel, tap);
    return () => unsubscribe(channel, tap);
  });

  return {
    end: () => {
      for (const untap of taps) untap();
      entries.push(...observer.takeRecords());
      observer.disconnect();
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

/** The parts of undici's messages that are read here. */
interface Message {
  readonly request?: { readonly origin?: string };
  readonly connectParams?: { readonly host?: string };
  readonly socket?: unknown;
  readonly error?: Error;
  readonly response?: {
    readonly statusCode: number;
    readonly statusText: string;
    readonly headers: readonly Uint8Array[];
  };
  readonly chunk?: Uint8Array;
}
