import type { Command } from 'commander';
import type { Host } from '../host.ts';
import type { SettingKey } from '../settings/settings.ts';
import type { SimulateFlags } from '../simulate/read-request.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

const policyKeys: readonly SettingKey[] = [
  'intervalSeconds',
  'failureBackoffSeconds',
  'failureBackoffCapSeconds',
  'stuckAfterSeconds',
  'maxPeersPerRun',
  'jitterRatio',
  'spreadRatio',
  'attemptTimeoutSeconds',
];

/** `simulate`: many workers and what goes wrong, on virtual time. */
export function addSimulate(program: Command, host: Host): void {
  const command = program
    .command('simulate')
    .description(
      'Run the worker, and other ways to retry beside it, through an outage, a deploy or a rate limit, on virtual time.',
    )
    .option(
      '--scenario <NAME>',
      'outage-of-an-hour, deploy-of-everyone, rate-limited-host, flapping-peer, clock-off, or a JSON file',
      'outage-of-an-hour',
    )
    .option('--workers <COUNT>', 'how many workers, in place of the scenario’s')
    .option('--peers <COUNT>', 'how many peers in all; the last group of the scenario grows or shrinks')
    .option('--capacity <REQUESTS>', 'requests a second that each peer answers; 0: as many as come')
    .option('--hours <HOURS>', 'of virtual time')
    .option('--seed <NUMBER>', 'the same seed gives the same report', '1')
    .option(
      '--contenders <NAMES...>',
      'ours, constant, full-jitter, decorrelated-jitter, cockatiel, p-retry, undici (default: all)',
    )
    .option('--assert <TEXT...>', 'what must hold, or it ends with 1; may be given several times')
    .option('--json', 'one JSON object, for programs')
    .option('--html <FILE>', 'write a page with plots, which needs no internet');
  addSettings(command, policyKeys);
  command.addHelpText(
    'after',
    `
The policy is the scenario's where nothing else is said; so are the workers, the peers and the hours.

An assertion is [CONTENDER:]FIGURE COMPARISON LIMIT, such as 'peak <= 20/s', 'early = 0', 'recoveryLast <= 1.6 * cap' or
'peakAfterRecovery <= 0.05 * constant:peakAfterRecovery'. Figures: peak, peakAfterRecovery, early, requests, wasted,
recoveryP50, recoveryP99, recoveryLast, stalenessMean, stalenessWorst. Units: /s, s, min, h.`,
  );
  withExamples(command, [
    'sync-worker simulate',
    'sync-worker simulate --scenario rate-limited-host --html report.html',
    "sync-worker simulate --contenders ours --jitter-ratio 0.5 --assert 'peakAfterRecovery <= 20/s' --assert 'early = 0'",
  ]);
  does(command, async () => {
    const flags = command.opts<SimulateFlags>();
    const { settings, from } = await settingsOf(command, host);
    const { givenPolicy, readRequest } = await import('../simulate/read-request.ts');
    const { runSimulation } = await import('../simulate/run-simulation.ts');
    const policy = givenPolicy({ ...settings }, from, policyKeys);
    const request = await readRequest(flags, policy, host.cwd());
    await runSimulation(host, request, { json: flags.json === true, html: flags.html });
  });
}
