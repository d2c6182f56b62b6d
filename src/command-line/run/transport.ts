import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { InfonetSync } from '../../infonet/pull/infonet-sync.ts';
import type { InfonetSyncOptions } from '../../infonet/pull/infonet-sync-options.ts';
import { messageOf } from '../../policy/thrown.ts';
import { utf8Text } from '../../storage/disk/utf8-text.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import { pick, type Settings, transportKeys } from '../settings/settings.ts';

/** The options of the transport that are set, and not made by the program. */
export type TransportOptions = Omit<InfonetSyncOptions, 'chain' | 'onChainSetAside' | 'onProgress'>;

/** The part of the settings that is the transport's. @throws CommandFailed if the file of certificates cannot be used */
export async function readTransport(settings: Settings): Promise<TransportOptions> {
  const { ca, ...others } = pick(settings, transportKeys);
  return { ...others, ca: ca === '' ? undefined : await readCertificates(ca) };
}

async function readCertificates(path: string): Promise<string> {
  try {
    const text = utf8Text(await readFile(path));
    // Node would take a file without a certificate in it, and trust nobody.
    new X509Certificate(text);
    return text;
  } catch (error) {
    const reason = messageOf(error);
    throw new CommandFailed(
      USAGE,
      `ca is ${path}, which cannot be used: ${reason}; allowed is a file of PEM certificates`,
    );
  }
}

/** A sync function that another one can take the place of, from the next attempt on. */
interface ReplaceableSync {
  readonly sync: InfonetSync;
  replace(next: InfonetSync): void;
}

export function createReplaceableSync(first: InfonetSync): ReplaceableSync {
  let present = first;
  const sync: InfonetSync = Object.assign((...given: Parameters<InfonetSync>) => present(...given), {
    exclude: (peer: Parameters<InfonetSync['exclude']>[0]) => present.exclude(peer),
  });
  return {
    sync,
    replace: (next) => {
      present = next;
    },
  };
}
