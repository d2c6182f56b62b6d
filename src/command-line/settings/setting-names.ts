import type { SettingKey } from './settings.ts';

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
