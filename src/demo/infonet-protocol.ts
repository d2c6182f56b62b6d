/** What both sides of the sync protocol agree on. */
export const PROTOCOL = 'infonet/2';
export const NETWORK = 'sb-testnet-0';
export const SYNC_PATH = '/api/mesh/infonet/sync';
/** What comes before the first event. */
export const GENESIS: string = '0'.repeat(64);
