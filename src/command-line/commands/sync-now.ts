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
  description: 'Request a run from the running worker now, and print what it does.',
  takes: [
    ...settings('data'),
    option('--force', 'also ignore the backoff of peers, but never a Retry-After'),
    option('--wait', 'wait for the run to end; exits with 0 if it succeeded, else with 1'),
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
