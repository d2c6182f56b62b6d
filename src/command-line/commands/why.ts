import type { Command } from 'commander';
import { formatWhy } from '../../explain/format-why.ts';
import { safeText } from '../../policy/safe-text.ts';
import { reachNode, whoRuns } from '../folder/reach-node.ts';
import type { Host } from '../host.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

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
