export { ChainDamagedError } from './chain/chain-damaged-error.ts';
export {
  type ChainOptions,
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
export {
  createEventAuthor,
  type EventAuthor,
  type NewEvent,
  type NewPayload,
} from './events/event-author.ts';
export { EVENT_TYPES, type EventType } from './events/event-types.ts';
export { EventRefused, type InfonetEvent } from './events/infonet-event.ts';
export type { MailboxAddress } from './events/message-spool.ts';
export { type GateTrackingChain, gateDirectory, trackGates } from './gate-directory.ts';
export type { GateSummary } from './gate-summary.ts';
export { openDiskRecords } from './hydration/disk-records.ts';
export { createGateStore, type GateMessage, type GateStore } from './hydration/gate-store.ts';
export { type HydrationOptions, hydrateChain } from './hydration/hydrate-chain.ts';
export {
  createMailbox,
  type Delivery,
  type DirectMessage,
  type Mailbox,
  type MailboxOptions,
} from './hydration/mailbox.ts';
export { createMemoryRecords, type RecordChanges, type RecordStore } from './hydration/records.ts';
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
export { createInfonetSync, type InfonetSync } from './pull/infonet-sync.ts';
export type { InfonetSyncOptions, PullProgress } from './pull/infonet-sync-options.ts';
export { createInfonetPeer, type InfonetPeer, type InfonetPeerOptions } from './serve/infonet-peer.ts';
export type { ServingStatus } from './serve/serving-status.ts';
