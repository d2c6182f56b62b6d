import { resolve } from 'node:path';
import { readHostPort } from '../../infonet/host-port.ts';
import { checkOnionAddress } from '../../infonet/onion-address.ts';
import { normalizePeerUrl } from '../../policy/peer-url.ts';
import { describe } from '../../policy/wire-fields.ts';
import { refused, type SettingKind, SettingRefused } from './setting-kind.ts';

/** True or false; a flag alone is true. */
export const trueOrFalse: SettingKind<boolean> = {
  argument: '[true|false]',
  fromText: textOfSwitch,
  read: (value, place) => {
    if (typeof value !== 'boolean') throw refused(place, value, 'true or false');
    return value;
  },
};

export function oneOf<T extends string>(choices: readonly T[], argument: string): SettingKind<T> {
  return {
    argument,
    fromText: (text) => text,
    read: (value, place) => {
      const choice = choices.find((one) => one === value);
      if (choice === undefined) throw refused(place, value, choices.join(', '));
      return choice;
    },
  };
}

/** The path of a file or folder; '' for none, where that is allowed. */
export function path({ mayBeNone }: { readonly mayBeNone: boolean }, argument: string): SettingKind<string> {
  return {
    argument,
    fromText: (text) => text,
    read: (value, place) => {
      if (value === '' && mayBeNone) return '';
      if (typeof value !== 'string' || value === '' || value.includes('\0')) {
        throw refused(place, value, 'a path');
      }
      return resolve(place.folder, value);
    },
  };
}

/** A port to listen on, or false; `true` is the usual port. */
export function portOrOff(usual: number): SettingKind<number | false> {
  return {
    argument: '[PORT]',
    fromText: (text) => (/^[0-9]+$/.test(text) ? Number(text) : textOfSwitch(text)),
    read: (value, place) => {
      if (value === true) return usual;
      if (value === false) return false;
      if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
      throw refused(place, value, `a port from 0 (any that is free) to 65535, true (port ${usual}) or false`);
    },
  };
}

/** `host:port` to listen on, a port of 127.0.0.1, or false; `true` is the usual port. */
export function listenOrOff(usual: number): SettingKind<string | false> {
  const port = portOrOff(usual);
  return {
    argument: '[HOST:PORT]',
    fromText: port.fromText,
    read: (value, place) => {
      if (typeof value !== 'string') {
        const read = port.read(value, place);
        return read === false ? false : `127.0.0.1:${read}`;
      }
      if (readHostPort(value) !== undefined) return value;
      throw refused(
        place,
        value,
        `host:port, such as 127.0.0.1:${usual}, a port, true (port ${usual}) or false`,
      );
    },
  };
}

/** The address of a page, or true for the usual one, or false. */
export const pageOrOff: SettingKind<string | boolean> = {
  argument: '[PAGE]',
  fromText: textOfSwitch,
  read: (value, place) => {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && isWebAddress(value)) return value;
    throw refused(place, value, 'an http or https address, true or false');
  },
};

export const proxyAddress: SettingKind<string> = {
  argument: '<HOST:PORT>',
  fromText: (text) => text,
  read: (value, place) => {
    if (typeof value === 'string' && (readHostPort(value)?.port ?? 0) > 0) return value;
    throw refused(place, value, 'host:port, such as 127.0.0.1:9050');
  },
};

/** URLs of peers; as a text, separated by blanks or commas. */
export const peerUrls: SettingKind<readonly string[]> = {
  argument: '<URL...>',
  fromText: (text) => text.split(/[\s,]+/).filter((url) => url !== ''),
  read: (value, place) => {
    if (!Array.isArray(value)) throw refused(place, value, 'an array of URLs');
    const urls = value.map((url: unknown) => peerUrl(url, place.name));
    return [...new Set(urls)];
  },
};

/** One URL of a peer, as the worker spells it. @throws SettingRefused */
export function peerUrl(value: unknown, name: string): string {
  if (typeof value !== 'string') {
    throw refused({ name, folder: '' }, value, 'a URL such as https://peer.example');
  }
  try {
    const url = normalizePeerUrl(value, name);
    // Whether its network is allowed is for the worker to say, which notes it on the peer.
    if (isWebAddress(url)) {
      checkOnionAddress(new URL(url).hostname);
      return url;
    }
    throw new SettingRefused(`${name} is ${describe(url)}; allowed is a URL with http: or https:`);
  } catch (error) {
    if (error instanceof SettingRefused || !(error instanceof Error)) throw error;
    throw new SettingRefused(error.message, { cause: error });
  }
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function textOfSwitch(text: string): string | boolean {
  if (text === 'true') return true;
  return text === 'false' ? false : text;
}
