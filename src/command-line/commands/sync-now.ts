import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Control } from '../../control/control.ts';
import { formatWhy } from '../../explain/format-why.ts';
import { safeText } from '../../policy/safe-text.ts';
import type { SyncWorkerState } from '../../policy/sync-worker-state.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import { holderOf, reachWorker } from '../folder/reach-node.ts';
import { checkFolder } from '../folder/read-folder.ts';
import type { Host } from '../host.ts';
import { does, withExamples } from './command-parts.ts';
import { addSettings, settingsOf } from './setting-options.ts';

/** A run that takes longer is one to explain. */
const EXPLAIN_AFTER_MS = 1_000;

/** `sync-now`: a request to the running worker. */
export function addSyncNow(program: Command, host: Host): void {
  const command = program
    .command('sync-now')
    .description('Ask the running worker for a run before its time, and say what comes of it.');
  addSettings(command, ['data']);
  command.option('--force', 'pass over the backoff of peers too; over a Retry-After nothing passes');
  command.option('--wait', 'wait for the end of the run; ends with 0 if it ended well, and with 1 if not');
  withExamples(command, [
    'sync-worker sync-now --data ./sync-data',
    'sync-worker sync-now --force',
    'sync-worker sync-now --wait',
  ]);
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
    const { force = false, wait = false } = command.opts<{ force?: boolean; wait?: boolean }>();
    if (wait) return waitForRun(control, host, force);
    const why = await control.requestSync({ force });
    host.stdout.write(`Asked for. ${safeText(formatWhy(why))}\n`);
  });
}

async function waitForRun(control: Control, host: Host, force: boolean): Promise<void> {
  const run = control.syncNow({ force });
  const isOver = run.then(
    () => true,
    () => true,
  );
  if (!(await Promise.race([isOver, setTimeout(EXPLAIN_AFTER_MS, false, { ref: false })]))) {
    host.stdout.write(`Asked for. ${safeText(formatWhy(await control.why()))}\n`);
  }
  const state = await run;
  const text = safeText(runText(state));
  if (state.lastOutcome !== 'ok') throw new CommandFailed(FAILED, text);
  host.stdout.write(`${text}\n`);
}

function runText({ lastOutcome, lastError, lastPeerUrl, currentHead }: SyncWorkerState): string {
  if (lastOutcome === 'ok') return `The run ended well; the head is ${currentHead || 'none'}.`;
  if (lastOutcome === 'solo') return 'there was no peer to ask; add one with: sync-worker peers add URL';
  return `the run ended in ${lastOutcome}, at ${lastPeerUrl}: ${lastError}`;
}
