import type { PerformanceEntry } from 'node:perf_hooks';
import { isRecord } from '../../policy/wire-fields.ts';
import type { ConnectSeen, DnsSeen } from './check-report.ts';

/** Where a connection goes: to the peer itself, or to a proxy on the way to it. */
export interface WatchedWay {
  readonly url: URL;
  readonly proxy: { readonly host: string; readonly port: number } | undefined;
}

/** An entry with what Node notes beside the times. */
export interface TimedEntry extends PerformanceEntry {
  readonly detail?: unknown;
}

/** How the connection came about, by Node's own records of name lookups and connections. */
export interface WayTimes {
  readonly dns: DnsSeen | undefined;
  readonly connect: ConnectSeen | undefined;
  /** By the clock of `performance`. */
  readonly connectedAt: number | undefined;
}

export function wayTimes(entries: readonly TimedEntry[], { url, proxy }: WatchedWay): WayTimes {
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
export function destination(url: URL): string {
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
