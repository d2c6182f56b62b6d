const { createSyncWorker } = require('infonet-sync-worker');
const { createDiskStorage } = require('infonet-sync-worker/disk');

const worker = createSyncWorker({ sync: () => ({ head: 'h1' }), peers: ['http://a.example'] });
worker
  .start()
  .then(() => worker.waitFor('ok'))
  .then(() => worker.stop())
  .then(() => console.log(typeof createDiskStorage === 'function' ? 'small: ok' : 'no storage'));
