import { expect, test } from 'vitest';
import { createLogger } from '../../src/command-line/log/create-logger.ts';
import { logWorker } from '../../src/command-line/log/log-worker.ts';
import { eventLine } from '../../src/explain/event-line.ts';
import { safeJson } from '../../src/http/http-answer.ts';
import { formatWhy, PeerSyncHttpError, PeerSyncRateLimited, type SyncAnswer } from '../../src/index.ts';
import { createWorkerMetrics, statusOf } from '../../src/operations/index.ts';
import { embed } from '../support/embedded-worker.ts';
import { fc } from '../support/property.ts';

/** What a terminal obeys, what turns the reading around, and what no line holds. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('\u001b[2J', '\u009b2J', '\u202e', '\u2066', '\r\n', '\ud800', '…', ': ', '"'),
  fc.constantFrom(
    'http://user:S3CRET@host/',
    '//S3CRET@host',
    'HTTPS:\\\\u:S3CRET@h',
    'http://h/?token=S3CRET',
  ),
);
const strange = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(' '));

/** The ways in which a peer, or a sync function that quotes one, says something. */
const ways: readonly ((text: string) => SyncAnswer)[] = [
  (text) => ({ head: text }),
  (text) => ({ forked: true, error: text }),
  (text) => {
    throw new Error(text, { cause: new Error(`of ${text}`) });
  },
  (text) => {
    throw text;
  },
  (text) => {
    throw new PeerSyncHttpError({ status: 500, detail: text, head: text });
  },
  (text) => {
    throw new PeerSyncRateLimited({ retryAfterSeconds: 60, retryAfterHeader: text, detail: text });
  },
];

test('what a peer says comes out of every door on one line, without control signs, bidi marks and credentials', async () => {
  await fc.assert(
    fc.asyncProperty(strange, fc.constantFrom(...ways), async (text, way) => {
      const { worker, pass, stop } = embed({
        sync: () => way(text),
        peers: [{ peerUrl: 'http://a.example', label: text, lastError: text }],
      });
      const doors: string[] = [];
      const log = createLogger({
        level: 'debug',
        stream: { write: (line) => doors.push(line.trimEnd()), on: () => undefined },
      });
      logWorker(worker, log);
      worker.on('*', (event) => doors.push(eventLine(event, worker.why).message));
      const metrics = createWorkerMetrics(worker, { labels: ['worker', 'peer'], name: `of ${text}` });
      await worker.start();
      await pass(1000);
      doors.push(worker.state.lastError, formatWhy(worker.why()), safeJson(statusOf(worker)));
      doors.push(...(await metrics.registry.metrics()).split('\n'));
      await stop();
      expect(doors.filter((door) => UNSAFE.test(door) || door.includes('S3CRET'))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
