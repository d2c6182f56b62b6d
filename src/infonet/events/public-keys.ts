import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { describe } from '../../policy/wire-fields.ts';
import { trimmed } from './field-kinds.ts';
import { EventRefused } from './infonet-event.ts';

/** A public key of a node, ready to verify with. */
export interface NodeKey {
  readonly key: KeyObject;
  /** The id of the node that owns it. */
  readonly nodeId: string;
  /** What `crypto.verify` calls the digest; Ed25519 has its own. */
  readonly digest: 'sha256' | null;
}

/** The names the reference knows an algorithm by, in capitals. */
const ALGORITHMS: Readonly<Record<string, 'Ed25519' | 'P-256'>> = {
  ED25519: 'Ed25519',
  EDDSA: 'Ed25519',
  ECDSA: 'P-256',
  ECDSA_P256: 'P-256',
  'P-256': 'P-256',
  P256: 'P-256',
};

/** The DER that stands before the raw key in a SubjectPublicKeyInfo (RFC 8410, RFC 5480). */
const FORMS = [
  { kind: 'Ed25519', bytes: 32, lead: undefined, prefix: '302a300506032b6570032100', digest: null },
  {
    kind: 'P-256',
    bytes: 65,
    lead: [4],
    prefix: '3059301306072a8648ce3d020106082a8648ce3d030107034200',
    digest: 'sha256',
  },
  {
    kind: 'P-256',
    bytes: 33,
    lead: [2, 3],
    prefix: '3039301306072a8648ce3d020106082a8648ce3d030107032200',
    digest: 'sha256',
  },
] as const;

/**
 * Reads public keys, and remembers the ones last used: a chain has far fewer nodes than events.
 *
 * A key is base64 of 32 raw bytes (Ed25519) or of a P-256 point, 65 bytes or 33 compressed (SEC 1 §2.3.3). Each key has
 * one spelling, and its bytes make the id of its node: so a key is bound to one node without a list of bindings.
 */
export class PublicKeys {
  readonly #known = new Map<string, NodeKey>();
  readonly #most: number;

  constructor(most = 1_000) {
    this.#most = most;
  }

  /**
   * The algorithm goes by any name the reference knows, in any case, with white space around it.
   *
   * @throws EventRefused if it is no key of that algorithm
   */
  read(publicKey: string, algo: string): NodeKey {
    const id = `${algo} ${publicKey}`;
    const key = this.#known.get(id) ?? readKey(publicKey, readKind(algo));
    this.#known.delete(id);
    this.#known.set(id, key);
    if (this.#known.size > this.#most) {
      const [oldest = ''] = this.#known.keys();
      this.#known.delete(oldest);
    }
    return key;
  }
}

function readKind(algo: string): 'Ed25519' | 'P-256' {
  const name = trimmed(algo).toUpperCase();
  const kind = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  if (kind !== undefined) return kind;
  const names = Object.keys(ALGORITHMS).join(', ');
  throw new EventRefused(
    `public_key_algo of an event is ${describe(algo)}; allowed is ${names}, in any case`,
  );
}

function readKey(publicKey: string, kind: 'Ed25519' | 'P-256'): NodeKey {
  const raw = Buffer.from(publicKey, 'base64');
  // Node reads base64 kindly; one key must not have two spellings.
  if (raw.toString('base64') !== publicKey) throw new EventRefused('public_key of an event is no base64');
  const form = FORMS.find(
    ({ kind: other, bytes, lead }) =>
      other === kind && raw.length === bytes && (lead === undefined || lead.some((byte) => byte === raw[0])),
  );
  if (form === undefined) throw new EventRefused(`public_key of an event is no key of ${kind}`);
  try {
    const der = Buffer.concat([Buffer.from(form.prefix, 'hex'), raw]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return { key, nodeId: nodeIdOf(raw), digest: form.digest };
  } catch {
    throw new EventRefused(`public_key of an event is no point of ${kind}`);
  }
}

/** The id of the node whose raw public key this is. */
export function nodeIdOf(rawKey: Uint8Array): string {
  return `!sb_${createHash('sha256').update(rawKey).digest('hex').slice(0, 32)}`;
}
