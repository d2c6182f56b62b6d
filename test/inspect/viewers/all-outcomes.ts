import type { InspectionEvent } from 'xstate';
import type { SyncWorker } from '../../../src/index.ts';
import { initialSyncState } from '../../../src/policy/sync-worker-state.ts';
import { answers, fails, forks, hangs } from '../../support/behaviours.ts';
import { BEGIN } from '../../support/embedded-worker.ts';
import { scriptSync } from '../../support/scripted-sync.ts';
import type { InspectionWorld } from '../inspection-world.ts';

/** A worker that a crash left in a run, and what its script and its peers bring it to: each state of the chart. */
export interface AllOutcomes {
  readonly worker: SyncWorker;
  /** From wherever it is, through all of them. */
  readonly live: () => Promise<void>;
  /** The value of each state it took since the start, as JSON. */
  readonly taken: readonly string[];
}

/** The values of the states it is brought to, as JSON: all but `idle`, which is the way in. */
export const everyState: ReadonlySet<string> = new Set(
  ['ok', 'error', 'fork', 'solo', { running: 'abandoned' }, { running: 'attempting' }].map((value) =>
    JSON.stringify(value),
  ),
);

export async function allOutcomes({ embedded }: InspectionWorld): Promise<AllOutcomes> {
  const state = { ...initialSyncState(), lastOutcome: 'running', lastSyncStartedAt: BEGIN - 10 } as const;
  const script = [answers('h1', 5), fails(new Error('refused'), 5), forks(5), hangs];
  const { worker, clock, pass } = embedded({
    storage: { load: async () => ({ state }), save: async () => undefined },
    sync: (...asked) => scripted.sync(...asked),
  });
  const scripted = scriptSync(script, clock, () => clock.now() / 1000);
  await worker.start();
  const taken: string[] = [];
  const note = (event: InspectionEvent): void => {
    if (event.type === '@xstate.snapshot' && event.actorRef.sessionId === event.rootId) {
      taken.push(JSON.stringify(worker.snapshot?.value));
    }
  };
  worker.actor?.system.inspect(note);
  const live = async (): Promise<void> => {
    await pass(1800 * 1000);
    worker.setPeers([]);
    await pass(600 * 1000);
  };
  return { worker, live, taken };
}
