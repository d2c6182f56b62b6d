export {
  type ChainPage,
  type ChainStore,
  createMemoryChain,
  type Ingested,
  openDiskChain,
  type PageOptions,
} from './chain-store.ts';
export { createEventAuthor, type EventAuthor, type NewEvent } from './event-author.ts';
export { type JsonLimits, JsonNumber, type JsonObject, JsonRefused, type JsonValue } from './json-value.ts';
export { type NetworkRules, networkOf, networkRefusal, type PeerNetwork } from './peer-network.ts';
export { GENESIS_HASH, NETWORK_ID, PROTOCOL_VERSION, SYNC_PATH } from './protocol.ts';
export { createInfonetSync, type InfonetSync } from './pull/infonet-sync.ts';
export type { InfonetSyncOptions, PullProgress } from './pull/infonet-sync-options.ts';
export { readJson } from './read-json.ts';
export {
  createInfonetPeer,
  type InfonetPeer,
  type InfonetPeerOptions,
} from './serve/infonet-peer.ts';
export type { ServingStatus } from './serve/serving-status.ts';
