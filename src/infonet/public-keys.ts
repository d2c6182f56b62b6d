import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { describe } from '../policy/wire-fields.ts';
import { EventRefused } from './infonet-event.ts';

/** A public key of a node, ready to verify with. */
export interface NodeKey {
  readonly key: KeyObject;
  /** The id of the node that owns it. */
  readonly nodeId: string;
  /** What `crypto.verify` calls the digest; Ed25519 has its own. */
  readonly digest: 'sha256' | null;
}

/** The DER that stands before the raw key in a SubjectPublicKeyInfo (RFC 8410, RFC 5480). */
const FORMS = [
  { algo: 'Ed25519', bytes: 32, lead: undefined, prefix: '302a300506032b6570032100', digest: null },
  {
    algo: 'ECDSA_P256',
    bytes: 65,
    lead: [4],
    prefix: '3059301306072a8648ce3d020106082a8648ce3d030107034200',
    digest: 'sha256',
  },
  {
    algo: 'ECDSA_P256',
    bytes: 33,
    lead: [2, 3],
    prefix: '3039301306072a8648ce3d020106082a8648ce3d030107032200',
    digest: 'sha256',
  },
] as const;

/**
 * Reads public keys, and remembers the ones last used: a chain has far fewer nodes than events.
 *
 * A key is base64 of 32 raw bytes (Ed25519) or of a P-256 point, 65 bytes or 33 compressed (SEC 1 §2.3.3).
 */
export class PublicKeys {
  readonly #known = new Map<string, NodeKey>();
  readonly #most: number;

  constructor(most = 1_000) {
    this.#most = most;
  }

  /** @throws EventRefused if it is no key of that kind */
  read(publicKey: string, algo: string): NodeKey {
    const name = `${algo} ${publicKey}`;
    const key = this.#known.get(name) ?? readKey(publicKey, algo);
    this.#known.delete(name);
    this.#known.set(name, key);
    if (this.#known.size > this.#most) {
      const [oldest = ''] = this.#known.keys();
      this.#known.delete(oldest);
    }
    return key;
  }
}

function readKey(publicKey: string, algo: string): NodeKey {
  const raw = Buffer.from(publicKey, 'base64');
  // Node reads base64 kindly; one key must not have two spellings.
  if (raw.toString('base64') !== publicKey) throw new EventRefused('public_key of an event is no base64');
  const forms = FORMS.filter((one) => one.algo === algo);
  if (forms.length === 0) {
    throw new EventRefused(
      `public_key_algo of an event is ${describe(algo)}; allowed is 'Ed25519', 'ECDSA_P256'`,
    );
  }
  const form = forms.find(
    ({ bytes, lead }) => raw.length === bytes && (lead === undefined || lead.some((byte) => byte === raw[0])),
  );
  if (form === undefined) throw new EventRefused(`public_key of an event is no key of ${algo}`);
  try {
    const der = Buffer.concat([Buffer.from(form.prefix, 'hex'), raw]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return { key, nodeId: nodeIdOf(raw), digest: form.digest };
  } catch {
    throw new EventRefused(`public_key of an event is no point of ${algo}`);
  }
}

/** The id of the node whose raw public key this is. */
export function nodeIdOf(rawKey: Uint8Array): string {
  return `!sb_${createHash('sha256').update(rawKey).digest('hex').slice(0, 32)}`;
}
