import type { Command } from 'commander';
import type { Host } from '../host.ts';
import { printConfig } from '../settings/resolve-settings.ts';
import { settingKeys } from '../settings/setting-table.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, elsewhere, givenTo, settingsOf } from './setting-options.ts';

/** `run`: a worker, until a signal. */
export function addRun(program: Command, host: Host): void {
  const command = program
    .command('run')
    .description('Pull a chain from peers into a data folder, until a signal.');
  addSettings(command, settingKeys);
  command.option('--print-config', 'show the settings that hold, and where each comes from, and end');
  command.addHelpText(
    'after',
    `${elsewhere}

Signals: SIGTERM and SIGINT stop it, a second one ends it at once; SIGHUP reads the config and the peers again.`,
  );
  withExamples(command, [
    'sync-worker run --peer http://….onion --data ./sync-data',
    'sync-worker run --peer https://peer.example --allow-clearnet --http --log pretty',
    'sync-worker run --config ./sync-worker.json --print-config',
  ]);
  does(command, async () => {
    if (command.opts<{ printConfig?: boolean }>().printConfig === true) {
      const resolved = await settingsOf(command, host);
      host.stdout.write(`${printConfig(resolved)}\n`);
      for (const note of resolved.notes) host.stderr.write(`warning: ${note}\n`);
      return;
    }
    // Each command loads what it needs when it is given: status and help are there at once.
    const { runNode } = await import('../run/run-node.ts');
    await runNode(host, givenTo(command, host));
  });
}
