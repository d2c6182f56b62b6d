import type { InfonetEvent } from './infonet-event.ts';
import { textOf, wholeOf } from './payload-forms.ts';

interface Revocation {
  readonly revokedAt: bigint;
  readonly graceUntil: bigint;
}

/** Which keys were revoked, and until when they may still write; from the `key_revoke` events of a chain. */
export class Revocations {
  readonly #byKey: Map<string, Revocation>;

  constructor(byKey: Map<string, Revocation> = new Map()) {
    this.#byKey = byKey;
  }

  copy(): Revocations {
    return new Revocations(new Map(this.#byKey));
  }

  /** Takes note of a `key_revoke`: the one with the latest `revoked_at` holds, of equal ones the later event. */
  add({ payload, publicKey }: InfonetEvent): void {
    const key = textOf(payload, 'revoked_public_key') || publicKey;
    const revokedAt = wholeOf(payload, 'revoked_at');
    if (revokedAt < (this.#byKey.get(key)?.revokedAt ?? 0n)) return;
    this.#byKey.set(key, { revokedAt, graceUntil: wholeOf(payload, 'grace_until') });
  }

  /**
   * Why the key of an event may not write it. Judged by the event's own time: by the reader's time, as in the reference,
   * a chain could be pulled on one day and not on the next.
   */
  refusal({ type, publicKey, timestamp }: InfonetEvent): string | undefined {
    const revocation = this.#byKey.get(publicKey);
    // It may say once more that it is revoked, and grant itself more grace.
    if (revocation === undefined || type === 'key_revoke') return undefined;
    if (Number(timestamp) <= revocation.graceUntil) return undefined;
    return `it is of time ${timestamp}, and its key was revoked with grace until ${revocation.graceUntil}`;
  }
}
