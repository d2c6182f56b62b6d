import { printConfig } from '../settings/resolve-settings.ts';
import { CONFIG_VARIABLE, settingKeys, variableOf } from '../settings/settings.ts';
import { type AddCommand, command, option, settings } from './command.ts';

/** Runs a worker until a signal. */
export const run: AddCommand = command<{ printConfig?: boolean }>({
  name: 'run',
  description: 'Pull a chain from peers into a data folder until a signal stops it.',
  takes: [
    ...settings(...settingKeys),
    option('--print-config', 'print the settings in effect and where each comes from, then exit'),
  ],
  notes: `
Each option can also be set in the environment (--page-limit: ${variableOf('pageLimit')}; --peer: ${variableOf('peers')},
separated by spaces or commas; --config: ${CONFIG_VARIABLE}) and in the config file ("pageLimit": 100, "peers": ["URL"]).
Flags override the environment, which overrides the config file.

Signals: SIGTERM and SIGINT stop it; a second one kills it at once. SIGHUP reloads the config and the peers.`,
  examples: [
    'run --peer http://….onion --data ./sync-data',
    'run --peer https://peer.example --allow-clearnet --http --log pretty',
    'run --config ./sync-worker.json --print-config',
  ],
  act: async ({ host, given, said, settings, print }) => {
    if (given.printConfig === true) {
      const resolved = await settings();
      print(printConfig(resolved));
      for (const note of resolved.notes) host.stderr.write(`warning: ${note}\n`);
      return;
    }
    // Each command imports what it needs only when it runs, so that status and help are fast.
    const { runNode } = await import('../run/run-node.ts');
    await runNode(host, said);
  },
});
