import { verify } from 'node:crypto';
import { describe } from '../policy/wire-fields.ts';
import { EventRefused, eventHash, type InfonetEvent, signedText } from './infonet-event.ts';
import { isPrivateType, NETWORK_ID, PROTOCOL_VERSION, shortHash } from './protocol.ts';
import type { PublicKeys } from './public-keys.ts';

/** Where in a chain an event must fit. */
export interface ChainPlace {
  /** The id of the event before it; the genesis hash if there is none. */
  readonly head: string;
  /** The last sequence of its node, in the event's own count; 0 if there is none. */
  readonly lastSequence: number;
}

/**
 * The count a sequence belongs to: the public events of a node share one, each private type has its own, as in the
 * reference. A count across both would tell a public caller how many private events it is not shown.
 */
export function sequenceKey({ nodeId, type }: Pick<InfonetEvent, 'nodeId' | 'type'>): string {
  return isPrivateType(type) ? `${nodeId}|${type}` : nodeId;
}

/**
 * Every rule by which an event becomes part of a chain; the cheap ones first.
 *
 * @throws EventRefused
 */
export function verifyEvent(event: InfonetEvent, place: ChainPlace, keys: PublicKeys): void {
  const name = `event ${shortHash(event.id)}`;
  if (event.prevHash !== place.head) {
    throw new EventRefused(
      `${name} follows ${shortHash(event.prevHash)}; our head is ${shortHash(place.head)}`,
    );
  }
  if (event.networkId !== NETWORK_ID) {
    throw new EventRefused(`${name} is of network ${describe(event.networkId)}; ours is '${NETWORK_ID}'`);
  }
  if (event.protocolVersion !== PROTOCOL_VERSION) {
    throw new EventRefused(
      `${name} is of protocol ${describe(event.protocolVersion)}; ours is '${PROTOCOL_VERSION}'`,
    );
  }
  if (event.sequence <= place.lastSequence) {
    throw new EventRefused(`${name} has sequence ${event.sequence}; its node was at ${place.lastSequence}`);
  }
  if (eventHash(event) !== event.id) throw new EventRefused(`${name} has an id that is not its hash`);
  const { key, nodeId, digest } = keys.read(event.publicKey, event.publicKeyAlgo);
  if (event.nodeId !== nodeId) throw new EventRefused(`${name} has a node id that is not of its public key`);
  // Lower case only: one signature must not have two spellings. ECDSA signatures are DER, as the reference has them.
  const isHex = event.signature.length % 2 === 0 && /^[0-9a-f]+$/.test(event.signature);
  const signature = Buffer.from(isHex ? event.signature : '', 'hex');
  if (!verify(digest, Buffer.from(signedText(event)), key, signature)) {
    throw new EventRefused(`${name} has a signature that does not verify`);
  }
}
