export {
  type ChainPage,
  type ChainStore,
  createMemoryChain,
  type Ingested,
  openDiskChain,
  type PageOptions,
} from './chain-store.ts';
export { createEventAuthor, type EventAuthor, type NewEvent } from './events/event-author.ts';
export { createInfonetPeer, type InfonetPeer, type InfonetPeerOptions } from './infonet-peer.ts';
export { createInfonetSync, type InfonetSync } from './infonet-sync.ts';
export type { InfonetSyncOptions, PullProgress } from './infonet-sync-options.ts';
export {
  type JsonLimits,
  JsonNumber,
  type JsonObject,
  JsonRefused,
  type JsonValue,
} from './json/json-value.ts';
export { readJson } from './json/read-json.ts';
export { type NetworkRules, networkOf, networkRefusal, type PeerNetwork } from './peer-network.ts';
export { GENESIS_HASH, NETWORK_ID, PROTOCOL_VERSION, SYNC_PATH } from './protocol.ts';
