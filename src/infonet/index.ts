export { ChainDamagedError } from './chain/chain-damaged-error.ts';
export {
  type ChainPage,
  type ChainStore,
  createMemoryChain,
  type Ingested,
  openDiskChain,
  type PageOptions,
} from './chain/chain-store.ts';
export {
  type ChainRepair,
  type ChainReport,
  repairChain,
  type VerifyOptions,
  verifyChain,
} from './chain/verify-chain.ts';
export type { WalkProgress } from './chain/walk-log.ts';
export { createEventAuthor, type EventAuthor, type NewEvent } from './event-author.ts';
export { createInfonetPeer, type InfonetPeer, type InfonetPeerOptions } from './infonet-peer.ts';
export { createInfonetSync, type InfonetSync } from './infonet-sync.ts';
export type { InfonetSyncOptions, PullProgress } from './infonet-sync-options.ts';
export { type JsonLimits, JsonNumber, type JsonObject, JsonRefused, type JsonValue } from './json-value.ts';
export { type NetworkRules, networkOf, networkRefusal, type PeerNetwork } from './peer-network.ts';
export { GENESIS_HASH, NETWORK_ID, PROTOCOL_VERSION, SYNC_PATH } from './protocol.ts';
export { readJson } from './read-json.ts';
