import { createMemoryChain } from '../../infonet/chain/chain-store.ts';
import { resolveSyncOptions } from '../../infonet/pull/infonet-sync-options.ts';
import { wholeOption } from '../../infonet/whole-option.ts';
import { resolvePolicy, type SyncPolicy } from '../../policy/sync-policy.ts';
import { refused, type SettingKind } from './setting-kind.ts';

/** The options of the transport that are numbers. */
type TransportNumber =
  | 'requestTimeoutMs'
  | 'onionConnectTimeoutMs'
  | 'onionRequestTimeoutMs'
  | 'maxBodyBytes'
  | 'pageLimit'
  | 'maxPages';

/** An option of the policy, held to what the policy itself allows. */
export function policyNumber(option: keyof SyncPolicy, argument: string): SettingKind<number> {
  return numberKind(argument, (value) => {
    resolvePolicy({ [option]: value });
  });
}

/** An option of the transport, likewise. */
export function transportNumber(option: TransportNumber, argument: string): SettingKind<number> {
  const chain = createMemoryChain();
  return numberKind(argument, (value) => {
    resolveSyncOptions({ chain, [option]: value });
  });
}

/** A whole number from 1. */
export function wholeNumber(most: number, argument: string): SettingKind<number> {
  return numberKind(argument, (value) => void wholeOption({ it: value }, 'it', 1, most));
}

function numberKind(argument: string, check: (value: number) => void): SettingKind<number> {
  const allowed = allowedBy(() => check(Number.NaN));
  return {
    argument,
    fromText: (text) => (/^-?[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text),
    read: (value, place) => {
      if (typeof value !== 'number') throw refused(place, value, allowed);
      try {
        check(value);
      } catch {
        throw refused(place, value, allowed);
      }
      return value;
    },
  };
}

/** What the owner of an option says is allowed, so that it is said in one place. */
function allowedBy(refuse: () => void): string {
  try {
    refuse();
  } catch (error) {
    const [, allowed] = /; allowed is (.*)$/.exec(error instanceof Error ? error.message : '') ?? [];
    if (allowed !== undefined) return allowed;
  }
  throw new Error('an option takes what is no number');
}
