import { MAX_PAGE_LIMIT } from '../../infonet/protocol.ts';
import { defaultPolicy } from '../../policy/sync-policy.ts';
import { policyNumber, transportNumber, wholeNumber } from './number-kinds.ts';
import type { SettingKind } from './setting-kind.ts';
import type { SettingKey, Settings } from './settings.ts';
import {
  listenOrOff,
  oneOf,
  pageOrOff,
  path,
  peerUrls,
  portOrOff,
  proxyAddress,
  trueOrFalse,
} from './text-kinds.ts';

/** One thing that can be set: by a flag, by a variable of the environment, or in a config file. */
export interface Setting<T> {
  readonly kind: SettingKind<T>;
  readonly usual: T;
  /** The heading it stands under in a help text. */
  readonly group: string;
  readonly help: string;
}

const logForms: readonly Settings['log'][] = ['auto', 'pretty', 'json'];
const logLevels: readonly Settings['logLevel'][] = ['debug', 'info', 'warn', 'error', 'silent'];

const node = 'Node:';
const policy = 'Policy:';
const transport = 'Transport:';
const serving = 'Serving:';
const log = 'Log:';
const watching = 'Watching, on 127.0.0.1 only:';

/** The one list of all that can be set. */
export const settingTable: { readonly [Key in SettingKey]: Setting<Settings[Key]> } = {
  data: {
    kind: path({ mayBeNone: false }, '<DIR>'),
    usual: './sync-data',
    group: node,
    help: 'the data folder, with the state, the peers and the chain',
  },
  peers: {
    kind: peerUrls,
    usual: [],
    group: node,
    help: 'a peer to pull from, added to those of the data folder; may be given several times',
  },
  intervalSeconds: {
    kind: policyNumber('intervalSeconds', '<SECONDS>'),
    usual: defaultPolicy.intervalSeconds,
    group: policy,
    help: 'from a good or solo run to the next',
  },
  failureBackoffSeconds: {
    kind: policyNumber('failureBackoffSeconds', '<SECONDS>'),
    usual: defaultPolicy.failureBackoffSeconds,
    group: policy,
    help: 'after the first failure; each further one doubles it; 0: Retry-After alone',
  },
  failureBackoffCapSeconds: {
    kind: policyNumber('failureBackoffCapSeconds', '<SECONDS>'),
    usual: defaultPolicy.failureBackoffCapSeconds,
    group: policy,
    help: 'the most the doubling reaches; 0: Retry-After alone',
  },
  stuckAfterSeconds: {
    kind: policyNumber('stuckAfterSeconds', '<SECONDS>'),
    usual: defaultPolicy.stuckAfterSeconds,
    group: policy,
    help: 'a run that takes longer is stuck, and its attempt is aborted',
  },
  maxPeersPerRun: {
    kind: policyNumber('maxPeersPerRun', '<COUNT>'),
    usual: defaultPolicy.maxPeersPerRun,
    group: policy,
    help: 'how many peers one run may ask, one after the other',
  },
  jitterRatio: {
    kind: policyNumber('jitterRatio', '<RATIO>'),
    usual: defaultPolicy.jitterRatio,
    group: policy,
    help: 'a wait after a failure becomes wait · (1 + random · ratio)',
  },
  spreadRatio: {
    kind: policyNumber('spreadRatio', '<RATIO>'),
    usual: defaultPolicy.spreadRatio,
    group: policy,
    help: 'each interval, and the first run after a start, is lengthened by up to interval · ratio',
  },
  attemptTimeoutSeconds: {
    kind: policyNumber('attemptTimeoutSeconds', '<SECONDS>'),
    usual: defaultPolicy.attemptTimeoutSeconds,
    group: policy,
    help: 'an attempt that takes longer fails, and the next peer is asked; 0: off',
  },
  catchUpIntervalSeconds: {
    kind: policyNumber('catchUpIntervalSeconds', '<SECONDS>'),
    usual: defaultPolicy.catchUpIntervalSeconds,
    group: policy,
    help: 'to the next run where the last answer said that there is more',
  },
  allowClearnet: {
    kind: trueOrFalse,
    usual: false,
    group: transport,
    help: 'ask peers over clearnet too, not over onion and loopback only',
  },
  socksProxy: {
    kind: proxyAddress,
    usual: '127.0.0.1:9050',
    group: transport,
    help: 'the SOCKS5 proxy that resolves onion names',
  },
  requestTimeoutMs: {
    kind: transportNumber('requestTimeoutMs', '<MILLISECONDS>'),
    usual: 5_000,
    group: transport,
    help: 'for one request to a peer that is no onion service, from the connection to the last byte',
  },
  onionConnectTimeoutMs: {
    kind: transportNumber('onionConnectTimeoutMs', '<MILLISECONDS>'),
    usual: 60_000,
    group: transport,
    help: 'for Tor to connect to an onion service',
  },
  onionRequestTimeoutMs: {
    kind: transportNumber('onionRequestTimeoutMs', '<MILLISECONDS>'),
    usual: 30_000,
    group: transport,
    help: 'for one answer of an onion service, once there is a connection',
  },
  maxBodyBytes: {
    kind: transportNumber('maxBodyBytes', '<BYTES>'),
    usual: 32 * 1024 * 1024,
    group: transport,
    help: 'a body above this is refused while it arrives',
  },
  pageLimit: {
    kind: transportNumber('pageLimit', '<COUNT>'),
    usual: MAX_PAGE_LIMIT,
    group: transport,
    help: `events a page, 1 to ${MAX_PAGE_LIMIT}`,
  },
  maxPages: {
    kind: transportNumber('maxPages', '<COUNT>'),
    usual: 20,
    group: transport,
    help: 'pages an attempt, none begun after 120 s; the next one goes on from there',
  },
  replaceForkedChain: {
    kind: trueOrFalse,
    usual: false,
    group: transport,
    help: 'a forked local chain of fewer than 20 events gives way to a longer one; it is renamed, not deleted',
  },
  ca: {
    kind: path({ mayBeNone: true }, '<FILE>'),
    usual: '',
    group: transport,
    help: 'PEM certificates to trust in place of those of the system',
  },
  serve: {
    kind: listenOrOff(8000),
    usual: false,
    group: serving,
    help: 'serve the public events of the chain; on 127.0.0.1:8000 if nothing is given',
  },
  servePrivate: {
    kind: portOrOff(8001),
    usual: false,
    group: serving,
    help: 'serve private events too, on this port of 127.0.0.1, for an onion service and nothing else; 8001 if none is given',
  },
  serveRequestsPerMinute: {
    kind: wholeNumber(1_000_000, '<COUNT>'),
    usual: 60,
    group: serving,
    help: 'requests one caller may make',
  },
  serveTotalRequestsPerMinute: {
    kind: wholeNumber(10_000_000, '<COUNT>'),
    usual: 600,
    group: serving,
    help: 'requests all callers of a listener may make together',
  },
  log: {
    kind: oneOf(logForms, '<FORM>'),
    usual: 'auto',
    group: log,
    help: 'pretty, json, or auto: a live view on a terminal, and JSON lines elsewhere and in a CI',
  },
  logLevel: {
    kind: oneOf(logLevels, '<LEVEL>'),
    usual: 'info',
    group: log,
    help: `the least that is logged: ${logLevels.join(', ')}`,
  },
  http: {
    kind: portOrOff(9464),
    usual: false,
    group: watching,
    help: '/healthz, /readyz, /status and /metrics; on port 9464 if none is given',
  },
  inspect: {
    kind: portOrOff(9465),
    usual: false,
    group: watching,
    help: 'a page with the chart, live; on port 9465 if none is given',
  },
  inspectControl: {
    kind: trueOrFalse,
    usual: false,
    group: watching,
    help: 'the page may also request a sync; else it only shows',
  },
  inspectStately: {
    kind: pageOrOff,
    usual: false,
    group: watching,
    help: 'also for the Stately Inspector, of this PAGE if it is not the usual one',
  },
  inspectClassic: {
    kind: pageOrOff,
    usual: false,
    group: watching,
    help: 'also for the classic Stately visualizer, of this PAGE if it is not the usual one',
  },
  record: {
    kind: trueOrFalse,
    usual: false,
    group: watching,
    help: 'keep the last 10,000 events, or the last hour, for `sync-worker record` to fetch',
  },
};

export const settingKeys: readonly SettingKey[] = Object.keys(settingTable).filter(isSettingKey);

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingTable, key);
}
