import { type Command, Option } from 'commander';
import type { Host } from '../host.ts';
import { type GivenSettings, type ResolvedSettings, resolveSettings } from '../settings/resolve-settings.ts';
import { type Setting, settingKeys, settingTable } from '../settings/setting-table.ts';
import { flagOf, type SettingKey, variableOf } from '../settings/settings.ts';

/** Gives a command flags for these settings, and one for the config file that may have them. */
export function addSettings(command: Command, keys: readonly SettingKey[]): Command {
  for (const key of keys) {
    const setting: Setting<unknown> = settingTable[key];
    const option = new Option(`${flagOf(key)} ${setting.kind.argument}`, describe(setting));
    command.addOption(option.helpGroup(setting.group));
  }
  const config = new Option('--config <FILE>', 'a JSON file of settings, read before the flags');
  return command.addOption(config.helpGroup(settingTable.data.group));
}

/** Says, under the options, where else they may stand. */
export const elsewhere: string = `
Each option may also stand in the environment (--page-limit: ${variableOf('pageLimit')}; --peer: ${variableOf('peers')},
separated by blanks or commas; --config: SYNC_WORKER_CONFIG) and in the config file ("pageLimit": 100, "peers": ["URL"]).
A flag goes before the environment, that before the file, and that before the default.`;

/** What was given to a command that has settings. */
export function givenTo(command: Command, host: Host): GivenSettings {
  const options = command.opts<Readonly<Record<string, unknown>>>();
  const named = [...settingKeys, 'config'].map((key) => [key, options[key === 'peers' ? 'peer' : key]]);
  return { flags: Object.fromEntries(named), env: host.env, cwd: host.cwd() };
}

/** The settings that hold for a command. @throws CommandFailed */
export function settingsOf(command: Command, host: Host): Promise<ResolvedSettings> {
  return resolveSettings(givenTo(command, host));
}

function describe({ help, usual }: Setting<unknown>): string {
  if (usual === false || usual === '' || Array.isArray(usual)) return help;
  return `${help} (default: ${String(usual)})`;
}
