import { createMemoryChain } from '../../infonet/chain/chain-store.ts';
import { MAX_PAGE_LIMIT } from '../../infonet/protocol.ts';
import { type ResolvedSyncOptions, resolveSyncOptions } from '../../infonet/pull/infonet-sync-options.ts';
import { wholeOption } from '../../infonet/whole-option.ts';
import { defaultPolicy, resolvePolicy, type SyncPolicy } from '../../policy/sync-policy.ts';
import {
  listenOrOff,
  numberKind,
  oneOf,
  pageOrOff,
  path,
  peerUrls,
  portOrOff,
  proxyAddress,
  type SettingKind,
  trueOrFalse,
} from './setting-kinds.ts';

/** How log lines are written: one JSON object each, or for people. */
export type LogFormat = 'json' | 'pretty';
/** The lowest level that is logged; each level includes those after it. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The numeric options of the transport. */
type TransportNumber =
  | 'requestTimeoutMs'
  | 'onionConnectTimeoutMs'
  | 'onionRequestTimeoutMs'
  | 'maxBodyBytes'
  | 'pageLimit'
  | 'maxPages';

/** All settings, under their names in a config file. */
export interface Settings
  extends SyncPolicy,
    Pick<ResolvedSyncOptions, TransportNumber | 'allowClearnet' | 'replaceForkedChain'> {
  /** The data folder, absolute. */
  readonly data: string;
  readonly peers: readonly string[];
  /** Whether to deliver the chain's direct messages and gate messages to a mailbox and a gate store. */
  readonly hydrate: boolean;
  readonly socksProxy: string;
  /** The absolute path of a file of PEM certificates; '' for the system's. */
  readonly ca: string;
  /** `host:port` to serve the chain at, or false. */
  readonly serve: string | false;
  /** A port of 127.0.0.1 that also serves private events, for an onion service; or false. */
  readonly servePrivate: number | false;
  readonly serveRequestsPerMinute: number;
  readonly serveTotalRequestsPerMinute: number;
  /** `auto`: a live view on a terminal; JSON lines elsewhere and in CI. */
  readonly log: LogFormat | 'auto';
  readonly logLevel: LogLevel;
  /** A port of 127.0.0.1, or false for none. */
  readonly http: number | false;
  readonly inspect: number | false;
  readonly inspectControl: boolean;
  /** The URL of the page, or true for the default one. */
  readonly inspectStately: string | boolean;
  readonly inspectClassic: string | boolean;
  /** Whether to keep the latest events in memory for `sync-worker record`. */
  readonly record: boolean;
}

export type SettingKey = keyof Settings;

/** One setting: set by a flag, an environment variable or a config file. */
export interface Setting<T> {
  readonly kind: SettingKind<T>;
  readonly usual: T;
  /** Its heading in the help text. */
  readonly group: string;
  readonly help: string;
}

type Define = <T>(kind: SettingKind<T>, usual: T, help: string) => Setting<T>;

function under(group: string): Define {
  return (kind, usual, help) => ({ kind, usual, group, help });
}

const node = under('Node:');
const policy = under('Policy:');
const transport = under('Transport:');
const serving = under('Serving:');
const log = under('Log:');
const watching = under('Watching, on 127.0.0.1 only:');

/** The unit, by the suffix of the name: `requestTimeoutMs` is in milliseconds. */
const units = { Seconds: '<SECONDS>', Ms: '<MILLISECONDS>', Bytes: '<BYTES>', Ratio: '<RATIO>' };

/** Numeric settings. The module that uses a setting checks it and defines its default. */
function numbers<Key extends SettingKey>(
  define: Define,
  help: Readonly<Record<Key, string>>,
  usual: Readonly<Record<Key, number>>,
  check: (option: { readonly [name: string]: number }) => unknown,
): Readonly<Record<Key, Setting<number>>> {
  const made = (Object.keys(help) as Key[]).map((key) => {
    const [, unit = '<COUNT>'] = Object.entries(units).find(([ending]) => key.endsWith(ending)) ?? [];
    const kind = numberKind(unit, (value) => check({ [key]: value }));
    return [key, define(kind, usual[key], help[key])] as const;
  });
  return Object.fromEntries(made) as Record<Key, Setting<number>>;
}

const policyHelp: Readonly<Record<keyof SyncPolicy, string>> = {
  intervalSeconds: 'time from a good or solo run to the next run',
  failureBackoffSeconds:
    'wait after the first failure; doubles with each further one; 0: only Retry-After counts',
  failureBackoffCapSeconds: 'upper limit of the doubling; 0: only Retry-After counts',
  stuckAfterSeconds: 'a run that takes longer counts as stuck; its attempt is aborted',
  maxPeersPerRun: 'how many peers one run may ask, one after another',
  jitterRatio: 'a wait after a failure becomes wait · (1 + random · ratio)',
  spreadRatio:
    'lengthens each interval, and the wait for the first run after a start, by up to interval · ratio',
  attemptTimeoutSeconds: 'an attempt that takes longer fails, and the run asks the next peer; 0: no limit',
  catchUpIntervalSeconds: 'time to the next run if the last answer said that there is more',
};

const transportHelp: Readonly<Record<TransportNumber, string>> = {
  requestTimeoutMs: 'limit of one request over clearnet or loopback, from connecting to the last byte',
  onionConnectTimeoutMs: 'limit for Tor to connect to an onion service',
  onionRequestTimeoutMs: 'limit of one answer from an onion service, once connected',
  maxBodyBytes: 'a larger response body is refused while it arrives',
  pageLimit: `events per page, 1 to ${MAX_PAGE_LIMIT}`,
  maxPages: 'pages per attempt; no page is requested after 120 s; the next run continues there',
};

const perMinute = (most: number): SettingKind<number> =>
  numberKind('<COUNT>', (value) => wholeOption({ value }, 'value', 1, most));

const chain = createMemoryChain();

/** All settings. */
export const settingTable: { readonly [Key in SettingKey]: Setting<Settings[Key]> } = {
  data: node(
    path('<DIR>', { mayBeNone: false }),
    './sync-data',
    'the folder of the state, the peers and the chain',
  ),
  peers: node(peerUrls, [], 'a peer to pull from, in addition to those in the data folder; can be repeated'),
  hydrate: node(
    trueOrFalse,
    false,
    'deliver direct messages to mailbox/ and gate messages to gates/ in the data folder, still encrypted',
  ),
  ...numbers(policy, policyHelp, defaultPolicy, resolvePolicy),
  allowClearnet: transport(trueOrFalse, false, 'also ask clearnet peers, not only onion and loopback peers'),
  socksProxy: transport(proxyAddress, '127.0.0.1:9050', 'the SOCKS5 proxy that resolves onion names'),
  ...numbers(transport, transportHelp, resolveSyncOptions({ chain }), (option) =>
    resolveSyncOptions({ chain, ...option }),
  ),
  replaceForkedChain: transport(
    trueOrFalse,
    false,
    'replace a forked local chain of fewer than 20 events with a longer one; it is renamed, not deleted',
  ),
  ca: transport(path('<FILE>', { mayBeNone: true }), '', "PEM certificates to trust instead of the system's"),
  serve: serving(
    listenOrOff(8000),
    false,
    'serve the public events of the chain; without a value on 127.0.0.1:8000',
  ),
  servePrivate: serving(
    portOrOff(8001),
    false,
    'also serve private events, on this port of 127.0.0.1 (8001 without a value); only for an onion service',
  ),
  serveRequestsPerMinute: serving(perMinute(1_000_000), 60, 'requests per minute from one caller'),
  serveTotalRequestsPerMinute: serving(
    perMinute(10_000_000),
    600,
    'requests per minute from all callers of one listener',
  ),
  log: log(
    oneOf(['auto', 'pretty', 'json'], '<FORM>'),
    'auto',
    'pretty, json, or auto: a live view on a terminal, JSON lines elsewhere and in CI',
  ),
  logLevel: log(oneOf(logLevels, '<LEVEL>'), 'info', `the lowest level to log: ${logLevels.join(', ')}`),
  http: watching(
    portOrOff(9464),
    false,
    'serve /healthz, /readyz, /status and /metrics; without a value on port 9464',
  ),
  inspect: watching(portOrOff(9465), false, 'serve a page with the live chart; without a value on port 9465'),
  inspectControl: watching(trueOrFalse, false, 'let the page request a sync; otherwise it is read-only'),
  inspectStately: watching(
    pageOrOff,
    false,
    'also connect the Stately Inspector; PAGE replaces its default URL',
  ),
  inspectClassic: watching(
    pageOrOff,
    false,
    'also connect the classic Stately visualizer; PAGE replaces its default URL',
  ),
  record: watching(
    trueOrFalse,
    false,
    'keep the last 10,000 events of the last hour for `sync-worker record`',
  ),
};

export const settingKeys: readonly SettingKey[] = Object.keys(settingTable).filter(isSettingKey);

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingTable, key);
}

/** The prefix of this program's environment variables. */
export const VARIABLE_PREFIX = 'SYNC_WORKER_';

/** The environment variable with the path of the config file. */
export const CONFIG_VARIABLE: string = `${VARIABLE_PREFIX}CONFIG`;

/** `pageLimit` → `--page-limit`. A `--peer` flag names one peer. */
export function flagOf(key: SettingKey): string {
  return key === 'peers' ? '--peer' : `--${words(key).join('-').toLowerCase()}`;
}

/** `pageLimit` → `SYNC_WORKER_PAGE_LIMIT`. */
export function variableOf(key: SettingKey): string {
  return VARIABLE_PREFIX + words(key).join('_').toUpperCase();
}

function words(key: string): string[] {
  return key.split(/(?=[A-Z])/);
}

export const policyKeys: readonly (keyof SyncPolicy)[] = Object.keys(policyHelp) as (keyof SyncPolicy)[];

/** The transport settings. */
export const transportKeys: readonly (
  | TransportNumber
  | 'allowClearnet'
  | 'socksProxy'
  | 'replaceForkedChain'
  | 'ca'
)[] = [
  'allowClearnet',
  'socksProxy',
  ...(Object.keys(transportHelp) as TransportNumber[]),
  'replaceForkedChain',
  'ca',
];

/** The part of the settings with these keys. */
export function pick<Key extends SettingKey>(
  settings: Pick<Settings, Key>,
  keys: readonly Key[],
): Pick<Settings, Key> {
  return Object.fromEntries(keys.map((key) => [key, settings[key]])) as Pick<Settings, Key>;
}
