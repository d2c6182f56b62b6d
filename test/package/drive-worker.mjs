/**
 * What a user writes first: one worker with one peer, driven through 1,200 seconds in a moment. It runs in the
 * project the package was installed into, and prints what the worker told.
 */
import { createVirtualClock, PeerSyncRateLimited } from 'infonet-sync-worker';
import { createSyncWorkerMachine } from 'infonet-sync-worker/core';
import { createActor, waitFor } from 'xstate';

const clock = createVirtualClock();
const answers = [
  () => ({ head: 'a1' }),
  () => {
    throw new PeerSyncRateLimited({ retryAfterSeconds: 900 });
  },
  () => ({ head: 'a2' }),
];
const told = [];

const machine = createSyncWorkerMachine({
  sync: () => answers.shift()(),
  now: () => 1_700_000_000 + clock.now() / 1000,
});
const worker = createActor(machine, { clock, input: { peers: ['https://peer.example'] } });
const tell = ({ type, state }) => {
  const { lastOutcome, currentHead, nextSyncDueAt, lastError } = state;
  told.push({ at: clock.now() / 1000, type, lastOutcome, currentHead, nextSyncDueAt, lastError });
};
worker.on('run.started', tell);
worker.on('run.finished', tell);

worker.start();
for (const outcome of ['ok', 'error', 'ok']) {
  while (!worker.getSnapshot().matches('running')) clock.runNext();
  await waitFor(worker, (snapshot) => snapshot.matches(outcome));
}
worker.stop();

console.log(JSON.stringify(told));
