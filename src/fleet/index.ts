export type { SyncPolicyOptions } from '../policy/sync-policy.ts';
export { createFleet } from './create-fleet.ts';
export type {
  Fleet,
  FleetFinding,
  FleetPeer,
  FleetStatus,
  FleetWhy,
  FleetWork,
  FleetWorkerInput,
  FleetWorkOptions,
} from './fleet.ts';
export { FleetError, type FleetErrorCode } from './fleet-errors.ts';
export type { FleetEvent, RunFinished } from './fleet-events.ts';
export { createFleetMetrics, type FleetMetrics } from './fleet-metrics.ts';
export type { FleetConnection, FleetOptions, PerPeer } from './fleet-options.ts';
export type { FleetSyncFunction, FleetSyncOptions } from './fleet-sync.ts';
export {
  type FleetHealth,
  type FleetServer,
  type FleetServerOptions,
  healthOf,
  serveFleet,
} from './serve-fleet.ts';
