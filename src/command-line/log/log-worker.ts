import type { Logger } from 'pino';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import { workerLine } from './worker-line.ts';

/**
 * Writes a line for all that a worker tells. Gives what ends it.
 *
 * A failure on the way to a good run is a `warn`, what somebody should look after is an `error`, the end of a run with
 * the next due time is an `info`, and the steps of a run are `debug`.
 */
export function logWorker(worker: Pick<SyncWorker, 'on' | 'why'>, logger: Logger): () => void {
  return worker.on('*', (told) => {
    const { level, message, fields } = workerLine(told, worker.why());
    logger[level]({ event: told.type, ...fields }, message);
  });
}
