import { expect, test } from 'vitest';
import { statusText } from '../../../src/command-line/text/status-text.ts';
import { explain } from '../../../src/explain/why.ts';
import { createPeerRecord, initialSyncState } from '../../../src/index.ts';
import { statusOf, type WorkerStatus } from '../../../src/operations/worker-status.ts';
import { decide } from '../../../src/schedule/decide.ts';
import { createWorkerContext } from '../../../src/schedule/worker-context.ts';

const now = 1_700_000_000;

const peers = [
  createPeerRecord({ peerUrl: 'http://good.onion', lastSyncOkAt: now - 60 }),
  createPeerRecord({
    peerUrl: 'http://busy.onion',
    failureCount: 2,
    lastError: 'HTTP 429, rate limited\u001b[2J\nand more',
    cooldownUntil: now + 600,
    retryAfter: { until: now + 600, header: '600' },
  }),
  createPeerRecord({ peerUrl: 'http://gone.onion', enabled: false, removed: true }),
];

function status(): WorkerStatus {
  const state = {
    ...initialSyncState(),
    lastOutcome: 'ok' as const,
    lastSyncStartedAt: now - 61,
    lastSyncFinishedAt: now - 60,
    lastSyncOkAt: now - 60,
    nextSyncDueAt: now + 240,
    lastPeerUrl: 'http://good.onion',
    currentHead: 'abc',
  };
  const { context } = decide(createWorkerContext({ state, peers }), now, () => 0);
  return statusOf({ state, peers, why: () => explain(context, now) }, { head: () => 'abc', count: () => 1 });
}

test('a status has the ten fields, the chain and each peer, with what is due when, and nothing a terminal obeys', () => {
  expect(statusText(status(), 'running, process 7')).toBe(
    `worker         running, process 7
state          ok
next run       2023-11-14 22:17:20, in 4 min (the usual interval)
due            2023-11-14 22:17:20, in 4 min
last started   2023-11-14 22:12:19, 61 s ago
last finished  2023-11-14 22:12:20, 60 s ago
last good      2023-11-14 22:12:20, 60 s ago
last peer      http://good.onion
last error     none
failures       0
fork           no
head           abc
chain          1 event

peer               rule          may be asked                    failures  last good            last error
http://good.onion  may be asked  now                             0         2023-11-14 22:12:20
http://busy.onion  retry-after   2023-11-14 22:23:20, in 10 min  2         never                HTTP 429, rate limited and more
http://gone.onion  removed       never                           0         never

Times are UTC.`,
  );
});

test('a status says what it does not know', () => {
  const text = statusText({ ...status(), chain: null, peers: [] }, 'not running');
  expect(text).toContain('chain          none that can be read\n');
  expect(text).toContain('There is no peer; add one with: sync-worker peers add URL\n');
});
