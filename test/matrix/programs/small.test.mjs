import { createSyncWorker, createVirtualClock } from 'infonet-sync-worker';
import { createDiskStorage } from 'infonet-sync-worker/disk';
import { createInfonetSync, createMemoryChain } from 'infonet-sync-worker/infonet';

test('a worker runs under this test runner', async () => {
  const worker = createSyncWorker({ sync: () => ({ head: 'h1' }), peers: ['http://a.example'] });
  await worker.start();
  expect(await worker.waitFor('ok')).toMatchObject({ currentHead: 'h1' });
  await worker.stop();
  expect([typeof createDiskStorage, typeof createVirtualClock, typeof createInfonetSync]).toEqual(
    Array(3).fill('function'),
  );
  expect(createMemoryChain().count()).toBe(0);
});
