/**
 * A real worker pulling from a real peer, shown on the terminal this runs on. What is to happen after two runs comes as
 * an argument: `stop`; `resize`, to a terminal of 34 columns and 12 rows; or `survive`, which waits until the terminal
 * is gone and writes to a file that it lives.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { canShowLiveView, startLiveView } from '../../../src/command-line/live-view/live-view.ts';
import { createPullMeter } from '../../../src/command-line/log/pull-meter.ts';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import { createInfonetSync } from '../../../src/infonet/pull/infonet-sync.ts';
import { createInfonetPeer } from '../../../src/infonet/serve/infonet-peer.ts';
import { createSyncWorker } from '../../../src/worker/create-sync-worker.ts';

const [, , then, file = ''] = process.argv;
process.on('SIGHUP', () => undefined);

const theirs = createMemoryChain();
const author = createEventAuthor();
for (let sequence = 1; sequence <= 60; sequence += 1) {
  const payload = { message: `event ${sequence}` };
  const event = author.write({ head: theirs.head(), sequence, timestamp: 1_700_000_000 + sequence, payload });
  await theirs.ingest([event]);
}
const peer = await createInfonetPeer({ chain: theirs });

const chain = createMemoryChain();
const meter = createPullMeter(() => performance.now() / 1000);
const worker = createSyncWorker({
  sync: createInfonetSync({ chain, pageLimit: 10, onProgress: (page) => meter.page(page) }),
  peers: [
    // Clears the screen and moves the cursor, where a terminal is let to obey it.
    { peerUrl: peer.url, label: '東京ノード\u001b[2J\u001b[99A👩‍👩‍👧‍👦' },
    { peerUrl: 'https://elsewhere.example', label: 'elsewhere' },
  ],
  policy: { intervalSeconds: 1 },
});
meter.follow(worker);

let runs = 0;
const run = (count: number): Promise<void> =>
  new Promise((resolve) => {
    const off = worker.on('run.finished', () => {
      runs += 1;
      if (runs < count) return;
      off();
      resolve();
    });
  });

if (!canShowLiveView(process.stdout, process.env)) throw new Error('this is no terminal');
const { stdout, env } = process;
const view = startLiveView({
  worker,
  chain,
  stream: stdout,
  env,
  now: () => Date.now() / 1000,
  progress: meter,
});
const finished = run(2);
await worker.start();
await worker.waitFor('ok');
view.print('a line that stays');
await finished;

if (then === 'resize') {
  const resized = once(stdout, 'resize');
  spawnSync('stty', ['cols', '34', 'rows', '12'], { stdio: 'inherit' });
  await resized;
  await run(4);
}
if (then === 'survive') {
  const gone = once(stdout, 'error');
  stdout.write('READY\n');
  const [error] = await gone;
  await run(runs + 1);
  writeFileSync(file, String(error.code));
}
await worker.stop();
view.stop();
await peer.close();
