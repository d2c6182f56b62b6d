import type { Logger } from 'pino';
import { eventLine } from '../../explain/event-line.ts';
import { utcText } from '../../explain/time-text.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { PullReading } from './pull-meter.ts';

/**
 * Writes a line for each event of a worker, at the level of its line. Returns what ends that.
 */
export function logWorker(worker: Pick<SyncWorker, 'on' | 'why'>, logger: Logger): () => void {
  return worker.on('*', (event) => {
    const { level, message, fields } = eventLine(event, worker.why);
    logger[level]({ event: event.type, ...fields }, message);
  });
}

/** A long pull tells of itself this often; a short one not at all. */
const EVERY_SECONDS = 10;

/** Writes an `info` line about a pull now and then, and a `debug` line for each of its pages. */
export function logProgress(
  logger: Logger,
  everySeconds: number = EVERY_SECONDS,
): (reading: PullReading) => void {
  let reported = { peerUrl: '', seconds: 0 };
  return (reading) => {
    const { peerUrl, seconds, accepted, eventsAtMost, pages, maxPages } = reading;
    const { eventsPerSecond, secondsLeftAtMost, more, newestAt } = reading;
    // Time running backwards: another attempt has begun.
    if (peerUrl !== reported.peerUrl || seconds < reported.seconds) reported = { peerUrl, seconds: 0 };
    const isDue = seconds - reported.seconds >= everySeconds;
    if (isDue) reported = { peerUrl, seconds };
    logger[isDue ? 'info' : 'debug'](
      {
        event: 'pull.progress',
        peer: peerUrl,
        events: accepted,
        events_at_most: eventsAtMost,
        pages,
        pages_at_most: maxPages,
        events_per_second: Math.round(eventsPerSecond),
        seconds_left_at_most: secondsLeftAtMost === undefined ? undefined : Math.ceil(secondsLeftAtMost),
        newest_at: newestAt,
        more,
      },
      `${accepted} events kept from ${peerUrl}, page ${pages} of at most ${maxPages}, ${rate(reading)}`,
    );
  };
}

/** How fast it goes, and what is known of the rest: whether there is more, and how old the newest event kept is. */
function rate({ eventsPerSecond, newestAt, more }: PullReading): string {
  const upTo = newestAt === undefined ? '' : `, up to ${utcText(newestAt)} UTC`;
  const rest = more === true ? '; the peer has more' : '';
  return `${Math.round(eventsPerSecond)} a second${upTo}${rest}`;
}
