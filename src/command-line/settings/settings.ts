import { defaultPolicy, type SyncPolicy } from '../../policy/sync-policy.ts';
import type { LogFormat, LogLevel } from '../log/create-logger.ts';

/** Everything that can be set, under the names it has in a config file. */
export interface Settings extends SyncPolicy {
  /** The data folder, absolute. */
  readonly data: string;
  readonly peers: readonly string[];
  readonly allowClearnet: boolean;
  readonly socksProxy: string;
  readonly requestTimeoutMs: number;
  readonly onionConnectTimeoutMs: number;
  readonly onionRequestTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly pageLimit: number;
  readonly maxPages: number;
  readonly replaceForkedChain: boolean;
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

const PREFIX = 'SYNC_WORKER_';

/** The variable that names the config file. */
export const CONFIG_VARIABLE: string = `${PREFIX}CONFIG`;

/** `pageLimit` → `--page-limit`. One flag names one peer. */
export function flagOf(key: SettingKey): string {
  return key === 'peers' ? '--peer' : `--${words(key).join('-').toLowerCase()}`;
}

/** `pageLimit` → `SYNC_WORKER_PAGE_LIMIT`. */
export function variableOf(key: SettingKey): string {
  return PREFIX + words(key).join('_').toUpperCase();
}

/** Whether a variable is meant for this program, to judge by its name. */
export function isOurs(variable: string): boolean {
  return variable.startsWith(PREFIX);
}

function words(key: string): string[] {
  return key.split(/(?=[A-Z])/);
}

/** The part of the settings that is the policy. */
export function policyOf(settings: Settings): SyncPolicy {
  const options = Object.keys(defaultPolicy) as (keyof SyncPolicy)[];
  const chosen = options.map((option) => [option, settings[option]]);
  return { ...defaultPolicy, ...Object.fromEntries(chosen) };
}
