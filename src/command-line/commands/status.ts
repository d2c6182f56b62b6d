import type { Command } from 'commander';
import { formatWhy } from '../../explain/format-why.ts';
import { safeText, safeValue } from '../../policy/safe-text.ts';
import { reachNode, whoRuns } from '../folder/reach-node.ts';
import type { Host } from '../host.ts';
import { statusText } from '../text/status-text.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

/** `status`: the ten fields, the peers and the chain, of a running worker or from its files. */
export function addStatus(program: Command, host: Host): void {
  const command = program
    .command('status')
    .description(
      'Show the worker, its peers and its chain; from the files if no worker runs. Changes nothing.',
    );
  addSettings(command, ['data']);
  command.option('--json', 'for programs; the ten fields and the peers under their wire names');
  withExamples(command, ['sync-worker status --data ./sync-data', 'sync-worker status --json']);
  does(command, async () => {
    const { settings } = await settingsOf(command, host);
    const node = await reachNode(settings, host);
    const text =
      command.opts<{ json?: boolean }>().json === true
        ? JSON.stringify(safeValue({ running: node.running, pid: node.pid ?? null, ...node.status }), null, 2)
        : statusText(node.status, whoRuns(node));
    host.stdout.write(`${text}\n`);
  });
}

/** `why`: what the worker waits for. */
export function addWhy(program: Command, host: Host): void {
  const command = program.command('why').description('Say in a few sentences what the worker waits for.');
  addSettings(command, ['data']);
  withExamples(command, ['sync-worker why --data ./sync-data']);
  does(command, async () => {
    const { settings } = await settingsOf(command, host);
    const node = await reachNode(settings, host);
    if (!node.running) host.stdout.write(`The worker is ${whoRuns(node)}.\n`);
    host.stdout.write(`${safeText(formatWhy(node.status.why))}\n`);
  });
}
