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
/** From what level on log lines are written; each has those after it too. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The options of the transport that are numbers. */
type TransportNumber =
  | 'requestTimeoutMs'
  | 'onionConnectTimeoutMs'
  | 'onionRequestTimeoutMs'
  | 'maxBodyBytes'
  | 'pageLimit'
  | 'maxPages';

/** Everything that can be set, under the names it has in a config file. */
export interface Settings
  extends SyncPolicy,
    Pick<ResolvedSyncOptions, TransportNumber | 'allowClearnet' | 'replaceForkedChain'> {
  /** The data folder, absolute. */
  readonly data: string;
  readonly peers: readonly string[];
  /** Whether direct messages and gate messages of the chain are kept for their readers. */
  readonly hydrate: boolean;
  readonly socksProxy: string;
  /** A file of PEM certificates, absolute; '' for those of the system. */
  readonly ca: string;
  /** `host:port` to serve the chain at, or false. */
  readonly serve: string | false;
  /** A port of 127.0.0.1 that serves private events too, for an onion service, or false. */
  readonly servePrivate: number | false;
  readonly serveRequestsPerMinute: number;
  readonly serveTotalRequestsPerMinute: number;
  /** `auto`: a live view on a terminal, and JSON lines elsewhere and in a CI. */
  readonly log: LogFormat | 'auto';
  readonly logLevel: LogLevel;
  /** A port of 127.0.0.1, or false for none. */
  readonly http: number | false;
  readonly inspect: number | false;
  readonly inspectControl: boolean;
  /** The page to use, or true for its usual one. */
  readonly inspectStately: string | boolean;
  readonly inspectClassic: string | boolean;
  /** Whether the last events are kept, for `record` to fetch. */
  readonly record: boolean;
}

export type SettingKey = keyof Settings;

/** One thing that can be set: by a flag, by a variable of the environment, or in a config file. */
export interface Setting<T> {
  readonly kind: SettingKind<T>;
  readonly usual: T;
  /** The heading it stands under in a help text. */
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

/** The unit by the end of the name: `requestTimeoutMs` is in milliseconds. */
const units = { Seconds: '<SECONDS>', Ms: '<MILLISECONDS>', Bytes: '<BYTES>', Ratio: '<RATIO>' };

/** Settings that are numbers, each checked by whoever owns it, whose default is theirs too. */
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
  intervalSeconds: 'from a good or solo run to the next',
  failureBackoffSeconds: 'after the first failure; each further one doubles it; 0: Retry-After alone',
  failureBackoffCapSeconds: 'the most the doubling reaches; 0: Retry-After alone',
  stuckAfterSeconds: 'a run that takes longer is stuck, and its attempt is aborted',
  maxPeersPerRun: 'how many peers one run may ask, one after the other',
  jitterRatio: 'a wait after a failure becomes wait · (1 + random · ratio)',
  spreadRatio: 'each interval, and the first run after a start, is lengthened by up to interval · ratio',
  attemptTimeoutSeconds: 'an attempt that takes longer fails, and the next peer is asked; 0: off',
  catchUpIntervalSeconds: 'to the next run where the last answer said that there is more',
};

const transportHelp: Readonly<Record<TransportNumber, string>> = {
  requestTimeoutMs:
    'for one request to a peer that is no onion service, from the connection to the last byte',
  onionConnectTimeoutMs: 'for Tor to connect to an onion service',
  onionRequestTimeoutMs: 'for one answer of an onion service, once there is a connection',
  maxBodyBytes: 'a body above this is refused while it arrives',
  pageLimit: `events a page, 1 to ${MAX_PAGE_LIMIT}`,
  maxPages: 'pages an attempt, none begun after 120 s; the next one goes on from there',
};

const perMinute = (most: number): SettingKind<number> =>
  numberKind('<COUNT>', (value) => wholeOption({ value }, 'value', 1, most));

const chain = createMemoryChain();

/** The one list of all that can be set. */
export const settingTable: { readonly [Key in SettingKey]: Setting<Settings[Key]> } = {
  data: node(
    path('<DIR>', { mayBeNone: false }),
    './sync-data',
    'the data folder, with the state, the peers and the chain',
  ),
  peers: node(
    peerUrls,
    [],
    'a peer to pull from, added to those of the data folder; may be given several times',
  ),
  hydrate: node(
    trueOrFalse,
    false,
    'keep direct messages for their recipients and gate messages by gate, in mailbox/ and gates/ of the data folder; sealed as they came',
  ),
  ...numbers(policy, policyHelp, defaultPolicy, resolvePolicy),
  allowClearnet: transport(
    trueOrFalse,
    false,
    'ask peers over clearnet too, not over onion and loopback only',
  ),
  socksProxy: transport(proxyAddress, '127.0.0.1:9050', 'the SOCKS5 proxy that resolves onion names'),
  ...numbers(transport, transportHelp, resolveSyncOptions({ chain }), (option) =>
    resolveSyncOptions({ chain, ...option }),
  ),
  replaceForkedChain: transport(
    trueOrFalse,
    false,
    'a forked local chain of fewer than 20 events gives way to a longer one; it is renamed, not deleted',
  ),
  ca: transport(
    path('<FILE>', { mayBeNone: true }),
    '',
    'PEM certificates to trust in place of those of the system',
  ),
  serve: serving(
    listenOrOff(8000),
    false,
    'serve the public events of the chain; on 127.0.0.1:8000 if nothing is given',
  ),
  servePrivate: serving(
    portOrOff(8001),
    false,
    'serve private events too, on this port of 127.0.0.1, for an onion service and nothing else; 8001 if none is given',
  ),
  serveRequestsPerMinute: serving(perMinute(1_000_000), 60, 'requests one caller may make'),
  serveTotalRequestsPerMinute: serving(
    perMinute(10_000_000),
    600,
    'requests all callers of a listener may make together',
  ),
  log: log(
    oneOf(['auto', 'pretty', 'json'], '<FORM>'),
    'auto',
    'pretty, json, or auto: a live view on a terminal, and JSON lines elsewhere and in a CI',
  ),
  logLevel: log(oneOf(logLevels, '<LEVEL>'), 'info', `the least that is logged: ${logLevels.join(', ')}`),
  http: watching(
    portOrOff(9464),
    false,
    '/healthz, /readyz, /status and /metrics; on port 9464 if none is given',
  ),
  inspect: watching(portOrOff(9465), false, 'a page with the chart, live; on port 9465 if none is given'),
  inspectControl: watching(trueOrFalse, false, 'the page may also request a sync; else it only shows'),
  inspectStately: watching(
    pageOrOff,
    false,
    'also for the Stately Inspector, of this PAGE if it is not the usual one',
  ),
  inspectClassic: watching(
    pageOrOff,
    false,
    'also for the classic Stately visualizer, of this PAGE if it is not the usual one',
  ),
  record: watching(
    trueOrFalse,
    false,
    'keep the last 10,000 events, or the last hour, for `sync-worker record` to fetch',
  ),
};

export const settingKeys: readonly SettingKey[] = Object.keys(settingTable).filter(isSettingKey);

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingTable, key);
}

/** Variables of the environment that begin so are meant for this program. */
export const VARIABLE_PREFIX = 'SYNC_WORKER_';

/** The variable that names the config file. */
export const CONFIG_VARIABLE: string = `${VARIABLE_PREFIX}CONFIG`;

/** `pageLimit` → `--page-limit`. One flag names one peer. */
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

/** The settings of the transport. */
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
