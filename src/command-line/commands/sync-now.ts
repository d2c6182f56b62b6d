import type { Command } from 'commander';
import { formatWhy } from '../../explain/format-why.ts';
import { safeText } from '../../policy/safe-text.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import { holderOf, reachWorker } from '../folder/reach-node.ts';
import { checkFolder } from '../folder/read-folder.ts';
import type { Host } from '../host.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

/** `sync-now`: a request to the running worker. */
export function addSyncNow(program: Command, host: Host): void {
  const command = program
    .command('sync-now')
    .description('Ask the running worker for a run before its time, and say what comes of it.');
  addSettings(command, ['data']);
  command.option('--force', 'pass over the backoff of peers too; over a Retry-After nothing passes');
  withExamples(command, ['sync-worker sync-now --data ./sync-data', 'sync-worker sync-now --force']);
  does(command, async () => {
    const { settings } = await settingsOf(command, host);
    await checkFolder(settings.data);
    const control = await reachWorker(settings, host);
    if (control === undefined) {
      const { data } = settings;
      const pid = await holderOf(data);
      const reason =
        pid === undefined
          ? `no worker runs on ${data}; start one with: sync-worker run --data ${data}`
          : `process ${pid} has ${data}, and its control socket is not there; a worker makes it again within seconds: try once more, and if that does not help, restart process ${pid}`;
      throw new CommandFailed(FAILED, reason);
    }
    const force = command.opts<{ force?: boolean }>().force === true;
    const why = await control.requestSync({ force });
    host.stdout.write(`Asked for. ${safeText(formatWhy(why))}\n`);
  });
}
