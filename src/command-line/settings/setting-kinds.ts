import { resolve } from 'node:path';
import { readHostPort } from '../../infonet/host-port.ts';
import { checkOnionAddress } from '../../infonet/onion-address.ts';
import { normalizePeerUrl } from '../../policy/peer-url.ts';
import { messageOf } from '../../policy/thrown.ts';
import { describe } from '../../policy/wire-fields.ts';
import { CommandFailed, USAGE, usage } from '../exit-status.ts';

/** Where a value stands: what an error calls it, and from where its paths go. */
export interface SettingPlace {
  readonly name: string;
  readonly folder: string;
}

/** How the values of a setting are written, and which are allowed. */
export interface SettingKind<T> {
  /** What follows the flag, such as `<SECONDS>`; in brackets if it may be left out, and then it is `true`. */
  readonly argument: string;
  /** As an error says it. */
  readonly allowed: string;
  /** What a flag or a variable stands for, as the config file would have it. @default the text itself */
  readonly fromText?: (text: string) => unknown;
  /** Undefined for what is not allowed. */
  readonly read: (value: unknown, place: SettingPlace) => T | undefined;
}

/** @throws CommandFailed naming the place, the value and what is allowed */
export function readSetting<T>({ read, allowed }: SettingKind<T>, value: unknown, place: SettingPlace): T {
  const found = read(value, place);
  if (found === undefined) throw refused(place.name, value, allowed);
  return found;
}

function refused(name: string, value: unknown, allowed: string): CommandFailed {
  // What stands before an @ may be a password.
  const safe = typeof value === 'string' ? value.replace(/^.*@/s, '…@') : value;
  return new CommandFailed(USAGE, `${name} is ${describe(safe)}; allowed is ${allowed}`);
}

/** A number that its owner checks; what is allowed is what the owner says, so that it is said in one place. */
export function numberKind(argument: string, check: (value: number) => unknown): SettingKind<number> {
  const refusal = (value: number): string => {
    try {
      check(value);
      return '';
    } catch (error) {
      return messageOf(error);
    }
  };
  return {
    argument,
    allowed: refusal(Number.NaN).replace(/^.*; allowed is /s, ''),
    fromText: (text) => (/^-?[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text),
    read: (value) => (typeof value === 'number' && refusal(value) === '' ? value : undefined),
  };
}

function textOfSwitch(text: string): string | boolean {
  if (text === 'true') return true;
  return text === 'false' ? false : text;
}

/** True or false; a flag alone is true. */
export const trueOrFalse: SettingKind<boolean> = {
  argument: '[true|false]',
  allowed: 'true or false',
  fromText: textOfSwitch,
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

export function oneOf<T extends string>(choices: readonly T[], argument: string): SettingKind<T> {
  return { argument, allowed: choices.join(', '), read: (value) => choices.find((one) => one === value) };
}

/** The path of a file or folder; '' for none, where that is allowed. */
export function path(argument: string, { mayBeNone }: { readonly mayBeNone: boolean }): SettingKind<string> {
  return {
    argument,
    allowed: 'a path',
    read: (value, { folder }) => {
      if (typeof value !== 'string' || value.includes('\0')) return undefined;
      if (value === '') return mayBeNone ? '' : undefined;
      return resolve(folder, value);
    },
  };
}

/** A port to listen on, or false; `true` is the usual port. */
export function portOrOff(usual: number): SettingKind<number | false> {
  return {
    argument: '[PORT]',
    allowed: `a port from 0 (any that is free) to 65535, true (port ${usual}) or false`,
    fromText: (text) => (/^[0-9]+$/.test(text) ? Number(text) : textOfSwitch(text)),
    read: (value) => {
      if (value === true) return usual;
      const isPort = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535;
      return isPort || value === false ? value : undefined;
    },
  };
}

/** `host:port` to listen on, a port of 127.0.0.1, or false; `true` is the usual port. */
export function listenOrOff(usual: number): SettingKind<string | false> {
  const port = portOrOff(usual);
  return {
    ...port,
    argument: '[HOST:PORT]',
    allowed: `host:port, such as 127.0.0.1:${usual}, a port from 0 to 65535, true (port ${usual}) or false`,
    read: (value, place) => {
      if (typeof value === 'string') return readHostPort(value) && value;
      const read = port.read(value, place);
      return typeof read === 'number' ? `127.0.0.1:${read}` : read;
    },
  };
}

/** The address of a page, or true for the usual one, or false. */
export const pageOrOff: SettingKind<string | boolean> = {
  argument: '[PAGE]',
  allowed: 'an http or https address, true or false',
  fromText: textOfSwitch,
  read: (value) =>
    typeof value === 'boolean' || (typeof value === 'string' && isWebAddress(value)) ? value : undefined,
};

export const proxyAddress: SettingKind<string> = {
  argument: '<HOST:PORT>',
  allowed: 'host:port, such as 127.0.0.1:9050',
  read: (value) => (typeof value === 'string' && (readHostPort(value)?.port ?? 0) > 0 ? value : undefined),
};

/** URLs of peers; as a text, separated by blanks or commas. */
export const peerUrls: SettingKind<readonly string[]> = {
  argument: '<URL...>',
  allowed: 'an array of URLs',
  fromText: (text) => text.split(/[\s,]+/).filter((url) => url !== ''),
  read: (value, { name }) =>
    Array.isArray(value) ? [...new Set(value.map((url: unknown) => peerUrl(url, name)))] : undefined,
};

/**
 * One URL of a peer, as the worker spells it. Whether its network is allowed is for the worker to say, which notes it on the peer.
 *
 * @throws CommandFailed naming it, and what is allowed
 */
export function peerUrl(value: unknown, name: string): string {
  if (typeof value !== 'string') throw refused(name, value, 'a URL such as https://peer.example');
  const url = usage(() => normalizePeerUrl(value, name));
  if (!isWebAddress(url)) throw refused(name, url, 'a URL with http: or https:');
  usage(() => checkOnionAddress(new URL(url).hostname));
  return url;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
