/** Worlds for tests: a worker on virtual time, with scripted faults of peers, storage and clocks. */

export {
  type Assertion,
  type AssertionResult,
  AssertionUnreadable,
  checkAssertion,
  judge,
  parseAssertion,
} from '../simulate/assertion/assertion.ts';
export type {
  Contender,
  SimulatedAnswer,
  SimulatedLife,
  SimulatedNode,
} from '../simulate/contenders/contender.ts';
export { type ContenderName, contenderNames } from '../simulate/contenders/contenders.ts';
export type { FigureName, Figures, Timeline } from '../simulate/figures/figures.ts';
export { reportTable } from '../simulate/report/report-table.ts';
export type { ContenderReport, SimulationReport } from '../simulate/report/simulation-report.ts';
export type { PeerGroupInput, ScenarioInput } from '../simulate/scenario/read-scenario.ts';
export type {
  ClockFault,
  Outage,
  PeerGroup,
  Range,
  RateLimit,
  Restart,
  Scenario,
} from '../simulate/scenario/scenario.ts';
export { type ScenarioName, scenarioNames, shippedScenario } from '../simulate/scenario/shipped-scenarios.ts';
export { type SimulateOptions, type SimulationProgress, simulate } from '../simulate/simulate.ts';
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
