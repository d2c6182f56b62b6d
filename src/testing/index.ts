/** Worlds for tests: a worker on virtual time, with peers, a storage and clocks that misbehave as told. */
export { type CheckStorageOptions, checkStorage } from './checks/check-storage.ts';
export { type CheckSyncOptions, checkSync } from './checks/check-sync.ts';
export type { PortCheck } from './checks/port-check.ts';
export { type Coverage, type CoverageRow, createCoverage } from './coverage.ts';
export { type Breach, type InvariantName, invariantNames } from './invariants/judge.ts';
export type { PeerAnswer, PeerScript, ScriptedRetryAfter } from './peers/peer-script.ts';
export {
  type Ask,
  type HealthyAnswer,
  type ScriptedPeers,
  type ScriptedPeersOptions,
  scriptedPeers,
} from './peers/scripted-peers.ts';
export type { LoadFault, SaveFault, StorageFaults } from './storage/storage-faults.ts';
export type { WorldOptions } from './world/create-world.ts';
export { type Happening, happeningText } from './world/happening.ts';
export { createWorld, type World, WorldError } from './world/world.ts';
export { createWorldClock, WORLD_START, type WorldClock } from './world/world-clock.ts';
