import { formatWhy } from '../../explain/format-why.ts';
import { safeText } from '../../policy/safe-text.ts';
import { reachNode, whoRuns } from '../folder/reach-node.ts';
import { statusText } from '../text/status-text.ts';
import { type AddCommand, command, option, settings } from './command.ts';

/** Shows the ten fields, the peers and the chain, of a running worker or from its files. */
export const status: AddCommand = command({
  name: 'status',
  description: 'Show the worker, its peers and its chain; reads the files if no worker runs. Read-only.',
  takes: [
    ...settings('data'),
    option('--json', 'print JSON, with the wire names of the state and the peers'),
  ],
  examples: ['status --data ./sync-data', 'status --json'],
  act: async ({ host, settings, show }) => {
    const node = await reachNode((await settings()).settings, host);
    const { running, pid = null, status } = node;
    await show({ running, pid, ...status }, () => statusText(status, whoRuns(node)));
  },
});

/** Says what the worker waits for. */
export const why: AddCommand = command({
  name: 'why',
  description: 'Explain in a few sentences what the worker waits for.',
  takes: settings('data'),
  examples: ['why --data ./sync-data'],
  act: async ({ host, settings, print }) => {
    const node = await reachNode((await settings()).settings, host);
    if (!node.running) print(`The worker is ${whoRuns(node)}.`);
    print(safeText(formatWhy(node.status.why)));
  },
});
