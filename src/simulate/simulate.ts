import { describe } from '../policy/wire-fields.ts';
import type { Contender } from './contenders/contender.ts';
import {
  type ContenderName,
  checkContenderName,
  contenderNames,
  loadContender,
} from './contenders/contenders.ts';
import type { ContenderReport, SimulationReport } from './report/simulation-report.ts';
import { readScenario, type ScenarioInput } from './scenario/read-scenario.ts';
import { recoveryStart, type Scenario } from './scenario/scenario.ts';
import {
  isScenarioName,
  type ScenarioName,
  scenarioNames,
  shippedScenario,
} from './scenario/shipped-scenarios.ts';
import { runContender } from './world/run-contender.ts';

/** Options of `simulate()`. */
export interface SimulateOptions {
  /** The name of a shipped scenario, or your own. @default 'outage-of-an-hour' */
  readonly scenario?: ScenarioName | ScenarioInput | undefined;
  /** A whole number. The same options and seed give the same report. @default 1 */
  readonly seed?: number | undefined;
  /** Names of shipped contenders, and your own. @default all shipped contenders */
  readonly contenders?: readonly (ContenderName | Contender)[] | undefined;
  /** Called now and then with the progress. */
  readonly onProgress?: ((progress: SimulationProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The progress of a simulation. */
export interface SimulationProgress {
  /** The title of the running contender. */
  readonly title: string;
  /** The completed share of all contenders, 0 to 1. */
  readonly done: number;
}

/**
 * Runs the shipped worker and other contenders through a scenario, each on virtual time, against the same peers, with the same
 * seed. Hours take seconds.
 *
 * Meanwhile `setTimeout`, `Date.now` and `Math.random` are virtual for the contenders, but not for the rest of the program: the
 * simulation runs in separate turns of the event loop.
 *
 * @throws TypeError or RangeError for an option or a field of the scenario, naming it, its value and what is allowed; the
 * signal's reason; the error of a contender that failed
 */
export async function simulate(options: SimulateOptions = {}): Promise<SimulationReport> {
  const { seed = 1, onProgress, signal } = options;
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`seed is ${describe(seed)}; allowed is a whole number`);
  }
  const scenario = scenarioOf(options.scenario ?? 'outage-of-an-hour');
  const contenders = await contendersOf(options.contenders ?? contenderNames);
  const reports: ContenderReport[] = [];
  for (const [index, contender] of contenders.entries()) {
    const { name, title, note } = contender;
    const result = await runContender({
      scenario,
      contender,
      seed,
      signal,
      onProgress: (done) => onProgress?.({ title, done: (index + done) / contenders.length }),
    });
    reports.push({ name, title, note, ...result });
  }
  const recoveryFrom = recoveryStart(scenario) ?? null;
  return { simulation: 'infonet-sync-worker', version: 1, seed, scenario, recoveryFrom, contenders: reports };
}

function scenarioOf(given: ScenarioName | ScenarioInput): Scenario {
  if (typeof given !== 'string') return readScenario(given);
  if (isScenarioName(given)) return shippedScenario(given);
  throw new RangeError(
    `scenario is ${describe(given)}; allowed is ${scenarioNames.join(', ')}, or an object`,
  );
}

async function contendersOf(given: readonly (ContenderName | Contender)[]): Promise<readonly Contender[]> {
  const names = given.map((one) => (typeof one === 'string' ? checkContenderName(one) : one.name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`contenders has ${twice} twice; allowed is each name once`);
  if (names.length === 0) throw new RangeError('contenders is []; allowed is at least one');
  return Promise.all(given.map((one) => (typeof one === 'string' ? loadContender(one) : one)));
}
