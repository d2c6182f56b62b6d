import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { suggestion } from '../../control/nearest.ts';
import { messageOf } from '../../policy/thrown.ts';
import { describe, isRecord } from '../../policy/wire-fields.ts';
import { utf8Text } from '../../storage/disk/utf8-text.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import { readSetting } from './setting-kinds.ts';
import {
  CONFIG_VARIABLE,
  flagOf,
  isSettingKey,
  type Setting,
  type SettingKey,
  type Settings,
  settingKeys,
  settingTable,
  VARIABLE_PREFIX,
  variableOf,
} from './settings.ts';

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

/** What a config file sets, and its absolute path: its relative paths go from its folder. */
interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Partial<Record<SettingKey, unknown>>>;
}

/**
 * A flag goes before a variable, that before the config file, and that before the default. Read anew at each call.
 *
 * @throws CommandFailed for a config file or a value that is not allowed
 */
export async function resolveSettings(given: GivenSettings): Promise<ResolvedSettings> {
  const path = given.flags.config ?? (given.env[CONFIG_VARIABLE] || undefined);
  const file = typeof path === 'string' ? await readConfigFile(resolve(given.cwd, path)) : undefined;
  const found = settingKeys.map((key) => [key, find(key, given, file)] as const);
  return {
    settings: Object.fromEntries(found.map(([key, { value }]) => [key, value])) as unknown as Settings,
    from: Object.fromEntries(found.map(([key, { from }]) => [key, from])) as Record<SettingKey, string>,
    configFile: file?.path,
    notes: unknownVariables(given.env),
  };
}

function find(
  key: SettingKey,
  { flags, env, cwd }: GivenSettings,
  file: ConfigFile | undefined,
): { readonly value: unknown; readonly from: string } {
  const { kind, usual }: Setting<unknown> = settingTable[key];
  const { fromText = (text: string): unknown => text } = kind;
  const read = (value: unknown, name: string): unknown => readSetting(kind, value, { name, folder: cwd });
  const inFile = file !== undefined && Object.hasOwn(file.values, key) ? file : undefined;
  // All places are read, so that what is wrong does not hide behind what goes before it.
  const fromFile =
    inFile &&
    readSetting(kind, inFile.values[key], {
      name: `${inFile.path}: ${key}`,
      folder: dirname(inFile.path),
    });

  const flag = flags[key];
  if (flag !== undefined) {
    const isValue = flag === true || Array.isArray(flag);
    return { value: read(isValue ? flag : fromText(String(flag)), flagOf(key)), from: flagOf(key) };
  }
  const variable = variableOf(key);
  const text = env[variable];
  // A variable set to nothing is one that somebody took back.
  if (text !== undefined && text !== '') return { value: read(fromText(text), variable), from: variable };
  if (inFile !== undefined) return { value: fromFile, from: inFile.path };
  return { value: read(usual, key), from: 'default' };
}

async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = await readFile(path)
    .then(utf8Text)
    .catch((error: unknown) => {
      const reason = messageOf(error);
      throw wrong(`the config file ${path} cannot be read: ${reason}; name another one with --config`);
    });
  const values = parsed(path, text);
  if (!isRecord(values)) {
    throw wrong(`${path} is ${describe(values)}; allowed is an object such as {"intervalSeconds": 300}`);
  }
  const unknown = Object.keys(values).find((key) => !isSettingKey(key));
  if (unknown === undefined) return { path, values };
  const near = suggestion(unknown, settingKeys) || `; known are ${settingKeys.join(', ')}`;
  throw wrong(`${path}: ${describe(unknown)} is no setting${near}`);
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(`${path} is no JSON: ${messageOf(error)}; mend it, or leave --config out`);
  }
}

function wrong(message: string): CommandFailed {
  return new CommandFailed(USAGE, message);
}

function unknownVariables(env: GivenSettings['env']): readonly string[] {
  const known = [CONFIG_VARIABLE, ...settingKeys.map(variableOf)];
  return Object.keys(env)
    .filter((name) => name.startsWith(VARIABLE_PREFIX) && !known.includes(name))
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
