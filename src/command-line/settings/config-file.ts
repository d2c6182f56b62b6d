import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../../policy/thrown.ts';
import { describe, isRecord } from '../../policy/wire-fields.ts';
import { utf8Text } from '../../storage/disk/utf8-text.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import { suggestion } from './nearest-name.ts';
import { isSettingKey, settingKeys } from './setting-table.ts';
import type { SettingKey } from './settings.ts';

/** What a config file sets. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** Where its relative paths go from. */
  readonly folder: string;
  readonly values: Readonly<Partial<Record<SettingKey, unknown>>>;
}

/** @throws CommandFailed saying what is wrong with it */
export async function readConfigFile(path: string, cwd: string): Promise<ConfigFile> {
  const place = resolve(cwd, path);
  const value = parsed(place, await textOf(place));
  if (!isRecord(value)) {
    throw wrong(`${place} is ${describe(value)}; allowed is an object such as {"intervalSeconds": 300}`);
  }
  for (const key of Object.keys(value)) {
    if (!isSettingKey(key)) {
      const near = suggestion(key, settingKeys) || `; known are ${settingKeys.join(', ')}`;
      throw wrong(`${place}: ${describe(key)} is no setting${near}`);
    }
  }
  return { path: place, folder: dirname(place), values: value };
}

async function textOf(place: string): Promise<string> {
  try {
    return utf8Text(await readFile(place));
  } catch (error) {
    const reason = messageOf(error);
    throw wrong(`the config file ${place} cannot be read: ${reason}; name another one with --config`);
  }
}

function parsed(place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = messageOf(error);
    throw wrong(`${place} is no JSON: ${reason}; mend it, or leave --config out`);
  }
}

function wrong(message: string): CommandFailed {
  return new CommandFailed(USAGE, message);
}
