import { readScenario } from './read-scenario.ts';
import type { Scenario } from './scenario.ts';
import clockOff from './shipped/clock-off.json' with { type: 'json' };
import deployOfEveryone from './shipped/deploy-of-everyone.json' with { type: 'json' };
import flappingPeer from './shipped/flapping-peer.json' with { type: 'json' };
import outageOfAnHour from './shipped/outage-of-an-hour.json' with { type: 'json' };
import rateLimitedHost from './shipped/rate-limited-host.json' with { type: 'json' };

/** A scenario that comes with the package. */
export type ScenarioName =
  | 'outage-of-an-hour'
  | 'deploy-of-everyone'
  | 'rate-limited-host'
  | 'flapping-peer'
  | 'clock-off';

const shipped: Readonly<Record<ScenarioName, unknown>> = {
  'outage-of-an-hour': outageOfAnHour,
  'deploy-of-everyone': deployOfEveryone,
  'rate-limited-host': rateLimitedHost,
  'flapping-peer': flappingPeer,
  'clock-off': clockOff,
};

/** Their names. The first is the default. */
export const scenarioNames: readonly ScenarioName[] = Object.keys(shipped) as ScenarioName[];

/** @internal */
export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(shipped, name);
}

/** A shipped scenario with every default filled in, to run or to modify. */
export function shippedScenario(name: ScenarioName): Scenario {
  return readScenario(shipped[name], name);
}
