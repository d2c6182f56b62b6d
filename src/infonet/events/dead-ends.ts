import type { JsonObject } from '../json/json-value.ts';
import type { EventType } from './event-types.ts';

/**
 * What a reference node serves of these types lacks these fields, so that the event no longer matches its id. Only its
 * push between befriended nodes carries them whole.
 */
const SERVED_WITHOUT: Partial<Record<EventType, readonly string[]>> = {
  vote: ['gate'],
  key_rotate: ['old_node_id', 'old_public_key', 'old_public_key_algo', 'old_signature'],
};

const WAY_OUT = 'ask a peer that serves it whole, or start from a copy of a chain that is past it';

/** Says so if this is an event that a reference node served without the fields it hides. */
export function servedShort(type: EventType, payload: JsonObject): string | undefined {
  const hidden = SERVED_WITHOUT[type];
  if (hidden === undefined || hidden.some((name) => payload.has(name))) return undefined;
  return `its peer hides ${hidden.join(', ')}, so that it matches its id no more and nobody can pull past it: ${WAY_OUT}`;
}

/** What to say of a type that nodes do not exchange. */
export const UNKNOWN_TYPE_ADVICE =
  'no node can pull past it (the reference writes economy events into its own chain): ask another peer';
