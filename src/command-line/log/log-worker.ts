import type { Logger } from 'pino';
import { eventLine } from '../../explain/event-line.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';

/**
 * Writes a line for each event of a worker, at the level of its line. Returns what ends that.
 */
export function logWorker(worker: Pick<SyncWorker, 'on' | 'why'>, logger: Logger): () => void {
  return worker.on('*', (event) => {
    const { level, message, fields } = eventLine(event, worker.why);
    logger[level]({ event: event.type, ...fields }, message);
  });
}
