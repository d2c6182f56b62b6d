/** The version of the protocol, in requests, answers and events. */
export const PROTOCOL_VERSION = 'infonet/2';
/** The network whose events are accepted. */
export const NETWORK_ID = 'sb-testnet-0';
/** The path of sync requests, below a peer's URL. */
export const SYNC_PATH = '/api/mesh/infonet/sync';
/** The `prev_hash` of the first event. */
export const GENESIS_HASH: string = '0'.repeat(64);
/** Maximum number of events per page. */
export const MAX_PAGE_LIMIT = 500;

const PRIVATE_EVENT_TYPES: readonly string[] = ['gate_message', 'dm_message'];

/** Whether events of this type are served on private transports only. */
export function isPrivateType(eventType: string): boolean {
  return PRIVATE_EVENT_TYPES.includes(eventType);
}

/** Whether this is a hash in wire form: 64 lower-case hex digits. */
export function isHash(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}

/** A hash shortened for messages. */
export function shortHash(hash: string): string {
  return hash === '' || hash === GENESIS_HASH ? 'genesis' : `${hash.slice(0, 8)}…`;
}
