import type { Logger } from 'pino';
import { eventLine } from '../../explain/event-line.ts';
import { utcText } from '../../explain/time-text.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { PullReading } from './pull-meter.ts';

/**
 * Logs each event of a worker, at its level. Returns a function that stops logging.
 */
export function logWorker(worker: Pick<SyncWorker, 'on' | 'why'>, logger: Logger): () => void {
  return worker.on('*', (event) => {
    const { level, message, fields } = eventLine(event, worker.why);
    logger[level]({ event: event.type, ...fields }, message);
  });
}

/** How often a long pull is logged; a shorter one is not. */
const EVERY_SECONDS = 10;

/** Logs a pull now and then at level `info`, and each of its pages at level `debug`. */
export function logProgress(
  logger: Logger,
  everySeconds: number = EVERY_SECONDS,
): (reading: PullReading) => void {
  let reported = { peerUrl: '', seconds: 0 };
  return (reading) => {
    const { peerUrl, seconds, accepted, eventsAtMost, pages, maxPages } = reading;
    const { eventsPerSecond, secondsLeftAtMost, more, newestAt } = reading;
    // The elapsed time has decreased: another attempt has started.
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

/** The speed of a pull, and what is known of the rest: whether there is more, and how old the newest kept event is. */
function rate({ eventsPerSecond, newestAt, more }: PullReading): string {
  const upTo = newestAt === undefined ? '' : `, up to ${utcText(newestAt)} UTC`;
  const rest = more === true ? '; the peer has more' : '';
  return `${Math.round(eventsPerSecond)} a second${upTo}${rest}`;
}
