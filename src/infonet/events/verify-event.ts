import { describe } from '../../policy/wire-fields.ts';
import { isPrivateType, NETWORK_ID, PROTOCOL_VERSION, shortHash } from '../protocol.ts';
import { whyPayloadRefused } from './check-payload.ts';
import { EventRefused, eventHash, type InfonetEvent } from './infonet-event.ts';
import type { IngestState } from './ingest-state.ts';
import { textOf } from './payload-forms.ts';
import type { PublicKeys } from './public-keys.ts';
import { verifySignature } from './verify-signature.ts';

/** Where in a chain an event must fit. */
export interface ChainPlace {
  /** The id of the event before it; the genesis hash if there is none. */
  readonly head: string;
  /** The last sequence of its node, in the event's own count; 0 if there is none. */
  readonly lastSequence: number;
  /** What the events before it allow. */
  readonly state: IngestState;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * The count a sequence belongs to: the public events of a node share one, each private type has its own, as in the
 * reference. A count across both would tell a public caller how many private events it is not shown.
 */
export function sequenceKey({ nodeId, type }: { readonly nodeId: string; readonly type: string }): string {
  return isPrivateType(type) ? `${nodeId}|${type}` : nodeId;
}

/**
 * Every rule by which an event becomes part of a chain, in the order of the reference. Freshness is none of ours: a node
 * that was away for a day could never catch up.
 *
 * @throws EventRefused
 */
export function verifyEvent(event: InfonetEvent, place: ChainPlace, keys: PublicKeys): void {
  try {
    checkPlace(event, place);
    const reason = whyPayloadRefused(event.type, event.payload, event.payloadText);
    if (reason !== undefined) throw new EventRefused(reason);
    checkProtocol(event);
    place.state.check(event, place.now);
    const key = keys.read(event.publicKey, event.publicKeyAlgo);
    if (event.nodeId !== key.nodeId) {
      throw new EventRefused('it has a node id that is not of its public key');
    }
    verifySignature(event, key);
    if (eventHash(event) !== event.id) throw new EventRefused('it has an id that is not its hash');
  } catch (error) {
    if (!(error instanceof EventRefused)) throw error;
    throw new EventRefused(`event ${shortHash(event.id)} (${event.type}): ${error.message}`);
  }
}

function checkPlace(event: InfonetEvent, { head, lastSequence }: ChainPlace): void {
  if (event.prevHash !== head) {
    throw new EventRefused(`it follows ${shortHash(event.prevHash)}; our head is ${shortHash(head)}`);
  }
  if (event.networkId !== NETWORK_ID) {
    throw new EventRefused(`it is of network ${describe(event.networkId)}; ours is '${NETWORK_ID}'`);
  }
  if (event.sequence <= lastSequence) {
    throw new EventRefused(`it has sequence ${event.sequence}; its node was at ${lastSequence}`);
  }
}

function checkProtocol({ protocolVersion, type, payload, publicKey, publicKeyAlgo }: InfonetEvent): void {
  if (protocolVersion !== PROTOCOL_VERSION) {
    throw new EventRefused(`it is of protocol ${describe(protocolVersion)}; ours is '${PROTOCOL_VERSION}'`);
  }
  if (type !== 'key_revoke') return;
  const key = textOf(payload, 'revoked_public_key') || publicKey;
  const algo = textOf(payload, 'revoked_public_key_algo') || publicKeyAlgo;
  if (key !== publicKey || algo !== publicKeyAlgo) {
    throw new EventRefused(
      'it revokes another key than its own; allowed is its own, spelled as in the event',
    );
  }
}
