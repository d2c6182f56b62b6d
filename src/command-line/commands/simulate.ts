import type { Option } from 'commander';
import { policyKeys } from '../settings/settings.ts';
import type { SimulateFlags } from '../simulate/read-request.ts';
import { type AddCommand, command, option, readOption, settings } from './command.ts';

/** The simulated workers never catch up, so this setting has no effect. */
const keys = policyKeys.filter((key) => key !== 'catchUpIntervalSeconds');

function number(flags: string, description: string): Option {
  return readOption(flags, description, 'a number of at least 0', (text) =>
    /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined,
  );
}

/** Simulates many workers and faults on virtual time. */
export const simulate: AddCommand = command<SimulateFlags>({
  name: 'simulate',
  description:
    'Compare the worker with other retry strategies in an outage, a deploy or a rate limit, in virtual time.',
  takes: [
    option(
      '--scenario <NAME>',
      'outage-of-an-hour, deploy-of-everyone, rate-limited-host, flapping-peer, clock-off, or a JSON file',
    ).default('outage-of-an-hour'),
    number('--workers <COUNT>', 'number of workers'),
    number('--peers <COUNT>', 'total number of peers; resizes the last group of the scenario'),
    number('--capacity <REQUESTS>', 'requests per second that each peer can answer; 0: no limit'),
    number('--hours <HOURS>', 'virtual time to simulate'),
    readOption('--seed <NUMBER>', 'the same seed gives the same report', 'a whole number', (text) =>
      /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined,
    ).default(1),
    option(
      '--contenders <NAMES...>',
      'ours, constant, full-jitter, decorrelated-jitter, cockatiel, p-retry, undici (default: all)',
    ),
    option('--assert <TEXT...>', 'exit with 1 unless this holds; can be repeated'),
    option('--json', 'print JSON'),
    option('--html <FILE>', 'write a self-contained page with plots'),
    ...settings(...keys),
  ],
  notes: `
Workers, peers, hours and policy default to those of the scenario.

An assertion is [CONTENDER:]FIGURE COMPARISON LIMIT, such as 'peak <= 20/s', 'early = 0', 'recoveryLast <= 1.6 * cap' or
'peakAfterRecovery <= 0.05 * constant:peakAfterRecovery'. Figures: peak, peakAfterRecovery, early, requests, wasted,
recoveryP50, recoveryP99, recoveryLast, stalenessMean, stalenessWorst. Units: /s, s, min, h.`,
  examples: [
    'simulate',
    'simulate --scenario rate-limited-host --html report.html',
    "simulate --contenders ours --jitter-ratio 0.5 --assert 'peakAfterRecovery <= 20/s' --assert 'early = 0'",
  ],
  act: async ({ host, given, settings }) => {
    const resolved = await settings();
    const { readRequest } = await import('../simulate/read-request.ts');
    const { runSimulation } = await import('../simulate/run-simulation.ts');
    // Only explicit settings override the scenario; defaults do not.
    const said = keys.filter((key) => resolved.from[key] !== 'default');
    const policy = Object.fromEntries(said.map((key) => [key, resolved.settings[key]]));
    const request = await readRequest(given, policy, host.cwd());
    await runSimulation(host, request, { json: given.json === true, html: given.html });
  },
});
