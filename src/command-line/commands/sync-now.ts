import { setTimeout } from 'node:timers/promises';
import { formatWhy } from '../../explain/format-why.ts';
import { safeText } from '../../policy/safe-text.ts';
import type { SyncWorkerState } from '../../policy/sync-worker-state.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import { needWorker } from '../folder/reach-node.ts';
import { type AddCommand, command, option, settings } from './command.ts';

/** After this time, explain why the run takes so long. */
const EXPLAIN_AFTER_MS = 1_000;

/** Requests a run from the running worker. */
export const syncNow: AddCommand = command<{ force?: boolean; wait?: boolean }>({
  name: 'sync-now',
  description: 'Ask the running worker for a run before its time, and say what comes of it.',
  takes: [
    ...settings('data'),
    option('--force', 'pass over the backoff of peers too; over a Retry-After nothing passes'),
    option('--wait', 'wait for the end of the run; ends with 0 if it ended well, and with 1 if not'),
  ],
  examples: ['sync-now --data ./sync-data', 'sync-now --force', 'sync-now --wait'],
  act: async ({ host, given: { force = false, wait = false }, settings, print }) => {
    const control = await needWorker((await settings()).settings, host, 'run');
    if (!wait) return print(`Asked for. ${safeText(formatWhy(await control.requestSync({ force })))}`);
    const run = control.syncNow({ force });
    const isOver = run.then(
      () => true,
      () => true,
    );
    if (!(await Promise.race([isOver, setTimeout(EXPLAIN_AFTER_MS, false, { ref: false })]))) {
      print(`Asked for. ${safeText(formatWhy(await control.why()))}`);
    }
    const state = await run;
    const text = safeText(runText(state));
    if (state.lastOutcome !== 'ok') throw new CommandFailed(FAILED, text);
    print(text);
  },
});

function runText({ lastOutcome, lastError, lastPeerUrl, currentHead }: SyncWorkerState): string {
  if (lastOutcome === 'ok') return `The run ended well; the head is ${currentHead || 'none'}.`;
  if (lastOutcome === 'solo') return 'there was no peer to ask; add one with: sync-worker peers add URL';
  return `the run ended in ${lastOutcome}, at ${lastPeerUrl}: ${lastError}`;
}
