import type { Why } from '../explain/why.ts';
import { safeText } from '../policy/safe-text.ts';
import type { SyncWorkerNotification } from '../worker/notifications.ts';
import type { InspectedAttempt, InspectedRun } from './inspector-view.ts';

const MAX_RUNS = 60;
/** A policy may allow any number of peers a run; the newest attempts are kept. */
const MAX_ATTEMPTS = 20;

/** The last runs of a worker, put together from what it tells. */
export class RunHistory {
  #runs: readonly InspectedRun[] = [];

  /** @param why how it is when the watching begins: a run may be under way */
  constructor({ state, since, asking }: Pick<Why, 'state' | 'since' | 'asking'>) {
    if (state !== 'running') return;
    const attempts = asking === '' ? [] : [begun(asking, since)];
    this.#runs = [{ startedAt: since, endedAt: null, outcome: 'running', attempts }];
  }

  /** Oldest first. */
  get runs(): readonly InspectedRun[] {
    return this.#runs;
  }

  /** @param at Unix seconds, with a fraction */
  note(event: SyncWorkerNotification, at: number): void {
    switch (event.type) {
      case 'run.started':
        // One that is still open was left behind by a stop, a crash or a chart that failed.
        if (this.#isOpen()) this.#end('stuck', at);
        this.#begin(at);
        break;
      case 'attempt.started':
        this.#attempt((attempts) => [...attempts, begun(event.peerUrl, at)].slice(-MAX_ATTEMPTS));
        break;
      case 'attempt.finished': {
        const { durationSeconds, result } = event;
        const error = result.outcome === 'ok' ? '' : safeText(result.error, 500);
        this.#attempt((attempts) =>
          endLast(attempts, {
            durationSeconds,
            outcome: result.outcome === 'held' ? 'error' : result.outcome,
            error,
          }),
        );
        break;
      }
      case 'run.withdrawn':
      case 'run.stuck':
        if (this.#isOpen()) this.#end('stuck', at);
        break;
      case 'run.finished':
        if (!this.#isOpen()) this.#begin(at);
        this.#end(event.state.lastOutcome === 'idle' ? 'ok' : event.state.lastOutcome, at);
        break;
    }
  }

  #isOpen(): boolean {
    return this.#runs.at(-1)?.endedAt === null;
  }

  #begin(startedAt: number): void {
    const run = { startedAt, endedAt: null, outcome: 'running', attempts: [] } as const;
    this.#runs = [...this.#runs, run].slice(-MAX_RUNS);
  }

  #attempt(change: (attempts: readonly InspectedAttempt[]) => readonly InspectedAttempt[]): void {
    this.#changeLast((run) => ({ ...run, attempts: change(run.attempts) }));
  }

  #end(outcome: InspectedRun['outcome'], endedAt: number): void {
    this.#changeLast((run) => ({
      ...run,
      outcome,
      endedAt,
      attempts: run.attempts.map((attempt) =>
        attempt.outcome === 'running'
          ? { ...attempt, outcome: 'stuck', durationSeconds: Math.max(0, endedAt - attempt.startedAt) }
          : attempt,
      ),
    }));
  }

  #changeLast(change: (run: InspectedRun) => InspectedRun): void {
    const last = this.#runs.at(-1);
    if (last !== undefined) this.#runs = [...this.#runs.slice(0, -1), change(last)];
  }
}

function begun(peerUrl: string, startedAt: number): InspectedAttempt {
  return { peerUrl, startedAt, durationSeconds: null, outcome: 'running', error: '' };
}

function endLast(
  attempts: readonly InspectedAttempt[],
  how: Pick<InspectedAttempt, 'durationSeconds' | 'outcome' | 'error'>,
): readonly InspectedAttempt[] {
  const last = attempts.at(-1);
  return last === undefined ? attempts : [...attempts.slice(0, -1), { ...last, ...how }];
}
