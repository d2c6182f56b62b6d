import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { suggestion } from '../../control/nearest.ts';
import { messageOf } from '../../policy/thrown.ts';
import { describe } from '../../policy/wire-fields.ts';
import { type Assertion, checkAssertion, parseAssertion } from '../../simulate/assertion/assertion.ts';
import {
  type ContenderName,
  checkContenderName,
  contenderNames,
} from '../../simulate/contenders/contenders.ts';
import { readScenario } from '../../simulate/scenario/read-scenario.ts';
import { recoveryStart, type Scenario } from '../../simulate/scenario/scenario.ts';
import { isScenarioName, scenarioNames, shippedScenario } from '../../simulate/scenario/shipped-scenarios.ts';
import { CommandFailed, USAGE, usage } from '../exit-status.ts';

/** The parsed flags of `simulate`. */
export interface SimulateFlags {
  readonly scenario: string;
  readonly workers?: number;
  readonly peers?: number;
  readonly capacity?: number;
  readonly hours?: number;
  readonly seed: number;
  readonly contenders?: readonly string[];
  readonly assert?: readonly string[];
  readonly json?: true;
  readonly html?: string;
}

/** A checked request for a simulation. */
export interface SimulationRequest {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly contenders: readonly ContenderName[];
  readonly assertions: readonly Assertion[];
}

/**
 * @param policy the policy options from flags, environment and config file, which override the scenario's
 * @throws CommandFailed with USAGE for anything invalid, before the simulation starts
 */
export async function readRequest(
  flags: SimulateFlags,
  policy: Readonly<Record<string, unknown>>,
  cwd: string,
): Promise<SimulationRequest> {
  const { workers, hours, seed } = flags;
  const { path, scenario } = await findScenario(flags.scenario, cwd);
  return usage(() => {
    const checked = readScenario(
      {
        ...scenario,
        ...(workers === undefined ? {} : { workers }),
        ...(hours === undefined ? {} : { hours }),
        policy: { ...scenario.policy, ...policy },
        peers: peersOf(scenario, flags),
      },
      path,
    );
    const contenders = namesOf(flags.contenders);
    const assertions = (flags.assert ?? []).map(parseAssertion);
    const recovers = recoveryStart(checked) !== undefined;
    for (const assertion of assertions) checkAssertion(assertion, { contenders, recovers });
    return { scenario: checked, seed, contenders, assertions };
  });
}

async function findScenario(
  given: string,
  cwd: string,
): Promise<{ readonly path: string; readonly scenario: Scenario }> {
  if (isScenarioName(given)) return { path: given, scenario: shippedScenario(given) };
  const path = resolve(cwd, given);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const names = `${scenarioNames.join(', ')}, or a file${suggestion(given, scenarioNames)}`;
    throw new CommandFailed(USAGE, `--scenario is ${describe(given)}; allowed is ${names}`, { cause });
  });
  return usage(() => {
    let input: unknown;
    try {
      input = JSON.parse(text);
    } catch (cause) {
      throw new TypeError(`${path} is no JSON: ${messageOf(cause)}`, { cause });
    }
    return { path, scenario: readScenario(input, path) };
  });
}

/** Sets the number of peers by growing or shrinking the scenario's last group. */
function peersOf({ peers }: Scenario, { peers: wanted, capacity }: SimulateFlags): readonly unknown[] {
  const others = peers.slice(0, -1).reduce((sum, group) => sum + group.count, 0);
  if (wanted !== undefined && !(Number.isSafeInteger(wanted) && wanted > others)) {
    throw new RangeError(`--peers is ${wanted}; allowed is a whole number from ${others + 1}`);
  }
  return peers.map((group, index) => ({
    ...group,
    ...(wanted === undefined || index < peers.length - 1 ? {} : { count: wanted - others }),
    ...(capacity === undefined ? {} : { requestsPerSecond: capacity }),
  }));
}

function namesOf(given: readonly string[] | undefined): readonly ContenderName[] {
  if (given === undefined) return contenderNames;
  const names = given.flatMap((one) => one.split(',')).filter((name) => name !== '');
  return [...new Set(names.map(checkContenderName))];
}
