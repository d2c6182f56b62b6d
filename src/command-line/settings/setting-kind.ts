import { describe } from '../../policy/wire-fields.ts';

/** Where a value stands: what an error calls it, and from where its paths go. */
export interface SettingPlace {
  readonly name: string;
  readonly folder: string;
}

/** How the values of a setting are written, and which are allowed. */
export interface SettingKind<T> {
  /** What follows the flag, such as `<SECONDS>`; in brackets if it may be left out, and then it is `true`. */
  readonly argument: string;
  /** What a flag or a variable stands for, as the config file would have it. */
  fromText(text: string): unknown;
  /** @throws SettingRefused */
  read(value: unknown, place: SettingPlace): T;
}

/** A value that is not allowed: where it stands, what it is, and what is. */
export class SettingRefused extends Error {
  override readonly name = 'SettingRefused';
}

export function refused(place: SettingPlace, value: unknown, allowed: string): SettingRefused {
  // What stands before an @ may be a password.
  const safe = typeof value === 'string' ? value.replace(/^.*@/s, '…@') : value;
  return new SettingRefused(`${place.name} is ${describe(safe)}; allowed is ${allowed}`);
}
