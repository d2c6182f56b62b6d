export {
  type Assertion,
  type AssertionResult,
  AssertionUnreadable,
  checkAssertion,
  judge,
  parseAssertion,
} from './assertion/assertion.ts';
export type { Contender, SimulatedAnswer, SimulatedLife, SimulatedNode } from './contenders/contender.ts';
export { type ContenderName, contenderNames } from './contenders/contenders.ts';
export type { FigureName, Figures, Timeline } from './figures/figures.ts';
export { reportTable } from './report/report-table.ts';
export type { ContenderReport, SimulationReport } from './report/simulation-report.ts';
export type { PeerGroupInput, ScenarioInput } from './scenario/read-scenario.ts';
export type {
  ClockFault,
  Outage,
  PeerGroup,
  Range,
  RateLimit,
  Restart,
  Scenario,
} from './scenario/scenario.ts';
export { type ScenarioName, scenarioNames, shippedScenario } from './scenario/shipped-scenarios.ts';
export { type SimulateOptions, type SimulationProgress, simulate } from './simulate.ts';
