import { CommandFailed, USAGE } from '../exit-status.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import { suggestion } from './nearest-name.ts';
import { SettingRefused } from './setting-kind.ts';
import { settingKeys, settingTable } from './setting-table.ts';
import { CONFIG_VARIABLE, flagOf, isOurs, type SettingKey, type Settings, variableOf } from './settings.ts';

/** What was said where. */
export interface GivenSettings {
  /** By the flags' settings; `true` for one without its argument. */
  readonly flags: Readonly<Partial<Record<SettingKey | 'config', unknown>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** What holds, and where it comes from. */
export interface ResolvedSettings {
  readonly settings: Settings;
  /** A flag, a variable, the path of the config file, or `default`. */
  readonly from: Readonly<Record<SettingKey, string>>;
  readonly configFile: string | undefined;
  /** Variables that look meant for us and are not known. They may be somebody else's, so they are only told. */
  readonly notes: readonly string[];
}

/**
 * A flag goes before a variable, that before the config file, and that before the default. Read anew at each call.
 *
 * @throws CommandFailed for a config file or a value that is not allowed
 */
export async function resolveSettings(given: GivenSettings): Promise<ResolvedSettings> {
  const path = given.flags.config ?? (given.env[CONFIG_VARIABLE] || undefined);
  const file = typeof path === 'string' ? await readConfigFile(path, given.cwd) : undefined;
  try {
    const found = settingKeys.map((key) => [key, find(key, given, file)] as const);
    return {
      settings: Object.fromEntries(found.map(([key, { value }]) => [key, value])) as unknown as Settings,
      from: Object.fromEntries(found.map(([key, { from }]) => [key, from])) as Record<SettingKey, string>,
      configFile: file?.path,
      notes: unknownVariables(given.env),
    };
  } catch (error) {
    if (!(error instanceof SettingRefused)) throw error;
    throw new CommandFailed(USAGE, error.message, { cause: error });
  }
}

function find(
  key: SettingKey,
  { flags, env, cwd }: GivenSettings,
  file: ConfigFile | undefined,
): { readonly value: unknown; readonly from: string } {
  const { kind, usual } = settingTable[key];
  const here = (name: string): { readonly name: string; readonly folder: string } => ({ name, folder: cwd });
  const inFile = file !== undefined && Object.hasOwn(file.values, key) ? file : undefined;
  // All places are read, so that what is wrong does not hide behind what goes before it.
  const fromFile =
    inFile && kind.read(inFile.values[key], { name: `${inFile.path}: ${key}`, folder: inFile.folder });

  const flag = flags[key];
  if (flag !== undefined) {
    return { value: kind.read(valueOfFlag(key, flag), here(flagOf(key))), from: flagOf(key) };
  }
  const variable = variableOf(key);
  const text = env[variable];
  // A variable set to nothing is one that somebody took back.
  if (text !== undefined && text !== '') {
    return { value: kind.read(kind.fromText(text), here(variable)), from: variable };
  }
  if (inFile !== undefined) return { value: fromFile, from: inFile.path };
  return { value: kind.read(usual, here(key)), from: 'default' };
}

function valueOfFlag(key: SettingKey, flag: unknown): unknown {
  if (Array.isArray(flag)) return flag;
  return flag === true ? true : settingTable[key].kind.fromText(String(flag));
}

function unknownVariables(env: GivenSettings['env']): readonly string[] {
  const known = [CONFIG_VARIABLE, ...settingKeys.map(variableOf)];
  return Object.keys(env)
    .filter((name) => isOurs(name) && !known.includes(name))
    .map((name) => `${name} in the environment is no setting, and not used${suggestion(name, known)}`);
}

/** The settings that hold, each with where it comes from: without what follows `//`, a config file. */
export function printConfig({ settings, from }: ResolvedSettings): string {
  const lines = settingKeys.map((key, index) => {
    const comma = index === settingKeys.length - 1 ? '' : ',';
    return { line: `  ${JSON.stringify(key)}: ${JSON.stringify(settings[key])}${comma}`, from: from[key] };
  });
  const width = Math.max(...lines.map(({ line }) => line.length));
  return ['{', ...lines.map(({ line, from }) => `${line.padEnd(width)}  // ${from}`), '}'].join('\n');
}
