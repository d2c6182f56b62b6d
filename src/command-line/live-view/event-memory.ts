import { eventLine } from '../../explain/event-line.ts';
import { safeText } from '../../policy/safe-text.ts';
import type { SyncWorkerNotification } from '../../worker/notifications.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { LiveViewMemory, RunEnd } from './live-view-model.ts';

/** More runs than the widest terminal shows. */
const MAX_RUNS = 200;
const MAX_NOTICE = 300;

/** What somebody should look after, and no peer or countdown shows. */
const noticed: ReadonlySet<SyncWorkerNotification['type']> = new Set([
  'storage.failed',
  'storage.notice',
  'fault',
  'clock.jumped',
  'event.refused',
]);

/** Remembers of a worker's events what the view shows of the past. */
export function rememberEvents(
  worker: Pick<SyncWorker, 'on' | 'why'>,
  now: () => number,
): Omit<LiveViewMemory, 'pull'> & { stop(): void } {
  const runs: RunEnd[] = [];
  let notice: LiveViewMemory['notice'];
  const ended = (end: RunEnd): void => {
    runs.push(end);
    if (runs.length > MAX_RUNS) runs.shift();
  };
  const stop = worker.on('*', (event) => {
    if (event.type === 'run.stuck') ended('stuck');
    if (event.type === 'run.finished') {
      const { lastOutcome } = event.state;
      if (lastOutcome !== 'idle' && lastOutcome !== 'running') ended(lastOutcome);
    }
    if (noticed.has(event.type)) {
      notice = { text: safeText(eventLine(event, worker.why).message, MAX_NOTICE), at: now() };
    }
  });
  return {
    runs,
    get notice() {
      return notice;
    },
    stop,
  };
}
