/** The types of events that nodes exchange, spelled as on the wire. */
export const EVENT_TYPES = [
  'message',
  'vote',
  'gate_create',
  'prediction',
  'stake',
  'key_rotate',
  'key_revoke',
  'abuse_report',
  'gate_message',
  'dm_message',
] as const;

/** One of the ten types. The last two, `gate_message` and `dm_message`, are private. */
export type EventType = (typeof EVENT_TYPES)[number];

export function isEventType(text: string): text is EventType {
  return EVENT_TYPES.some((type) => type === text);
}
