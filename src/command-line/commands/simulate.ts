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
    'Run the worker, and other ways to retry beside it, through an outage, a deploy or a rate limit, on virtual time.',
  takes: [
    option(
      '--scenario <NAME>',
      'outage-of-an-hour, deploy-of-everyone, rate-limited-host, flapping-peer, clock-off, or a JSON file',
    ).default('outage-of-an-hour'),
    number('--workers <COUNT>', 'how many workers, in place of the scenario’s'),
    number('--peers <COUNT>', 'how many peers in all; the last group of the scenario grows or shrinks'),
    number('--capacity <REQUESTS>', 'requests a second that each peer answers; 0: as many as come'),
    number('--hours <HOURS>', 'of virtual time'),
    readOption('--seed <NUMBER>', 'the same seed gives the same report', 'a whole number', (text) =>
      /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined,
    ).default(1),
    option(
      '--contenders <NAMES...>',
      'ours, constant, full-jitter, decorrelated-jitter, cockatiel, p-retry, undici (default: all)',
    ),
    option('--assert <TEXT...>', 'what must hold, or it ends with 1; may be given several times'),
    option('--json', 'one JSON object, for programs'),
    option('--html <FILE>', 'write a page with plots, which needs no internet'),
    ...settings(...keys),
  ],
  notes: `
The policy is the scenario's where nothing else is said; so are the workers, the peers and the hours.

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
