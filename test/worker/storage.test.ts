import { describe, expect, test } from 'vitest';
import {
  createMemoryStorage,
  createPeerRecord,
  PeerSyncRateLimited,
  type SavedWorker,
  type SyncStorage,
} from '../../src/index.ts';
import { BEGIN, embed } from '../support/embedded-worker.ts';

const peers = ['http://a.example'];

interface Slow extends SyncStorage {
  readonly saved: SavedWorker[];
  /** Lets the save under way end. */
  release(): void;
  /** Lets every save end, this one and all to come. */
  open(): void;
  readonly waiting: () => number;
}

function slowStorage(): Slow {
  const saved: SavedWorker[] = [];
  const releases: (() => void)[] = [];
  let opened = false;
  return {
    saved,
    load: () => ({}),
    save: (value) =>
      new Promise((resolve) => {
        const end = (): void => {
          saved.push(value);
          resolve();
        };
        if (opened) end();
        else releases.push(end);
      }),
    release: () => releases.shift()?.(),
    open: () => {
      opened = true;
      for (const end of releases.splice(0)) end();
    },
    waiting: () => releases.length,
  };
}

describe('what a worker must not forget', () => {
  test('is on record before a peer is asked', async () => {
    const storage = slowStorage();
    let asked = 0;
    const { worker, pass } = embed({ peers, storage, sync: () => ({ head: `h${++asked}` }) });
    await worker.start();
    await pass(5000);
    expect(worker.state.lastOutcome).toBe('running');
    expect(asked).toBe(0);
    storage.release();
    await pass(0);
    expect(asked).toBe(1);
    expect(storage.saved[0]?.state.lastOutcome).toBe('running');
    storage.open();
    await worker.stop();
  });

  test('is saved one at a time, in order, and only the newest of what came meanwhile', async () => {
    const storage = slowStorage();
    const { worker, pass } = embed({ peers, storage, sync: () => ({ head: 'h1' }) });
    await worker.start();
    await pass(0);
    for (const url of ['http://b.example', 'http://c.example', 'http://d.example']) worker.setPeers([url]);
    expect(storage.waiting()).toBe(1);
    storage.release();
    await pass(0);
    expect(storage.waiting()).toBe(1);
    storage.release();
    await pass(0);
    expect(storage.saved.map((saved) => saved.peers.map(({ peerUrl }) => peerUrl))).toEqual([
      peers,
      ['http://d.example'],
    ]);
    storage.open();
    await worker.stop();
  });

  test('is saved before a stop is over', async () => {
    const storage = slowStorage();
    const { worker, pass } = embed({ peers: [], storage, sync: () => ({ head: 'h1' }) });
    await worker.start();
    await pass(0);
    let stopped = false;
    const stop = worker.stop().then(() => {
      stopped = true;
    });
    await pass(0);
    expect(stopped).toBe(false);
    storage.open();
    await stop;
    expect(storage.saved.at(-1)?.state.lastOutcome).toBe('solo');
  });

  test('stays in memory while the disk is full, is reported, and is saved as soon as possible', async () => {
    const memory = createMemoryStorage();
    let full = true;
    let kept: SavedWorker | undefined;
    const storage: SyncStorage = {
      load: memory.load,
      save: (saved) => {
        if (full) throw new Error('no space left on device');
        kept = saved;
      },
    };
    const failures: string[] = [];
    const { worker, pass } = embed({
      peers,
      storage,
      sync: () => {
        throw new PeerSyncRateLimited({ retryAfterSeconds: 600 });
      },
    });
    worker.on('storage.failed', ({ error }) => failures.push(error.message));
    await worker.start();
    await pass(0);
    expect(worker.state).toMatchObject({ lastOutcome: 'error', nextSyncDueAt: BEGIN + 600 });
    expect(new Set(failures)).toEqual(new Set(['no space left on device']));
    full = false;
    await worker.stop();
    expect(kept?.state).toEqual(worker.state);
  });

  test('is found again: the ten fields, and the marks of the peers that are still configured', async () => {
    const storage = createMemoryStorage();
    const first = embed({
      peers: ['http://a.example', 'http://b.example'],
      storage,
      sync: () => {
        throw new PeerSyncRateLimited({ retryAfterSeconds: 600, retryAfterHeader: '600' });
      },
    });
    await first.worker.start();
    await first.pass(0);
    await first.worker.stop();
    let asked = 0;
    const second = embed({ peers: ['http://a.example'], storage, sync: () => ({ head: `h${++asked}` }) });
    await second.worker.start();
    await second.pass(599_000);
    expect(asked).toBe(0);
    expect(second.worker.state).toMatchObject({ lastOutcome: 'error', consecutiveFailures: 1 });
    expect(second.worker.why().peers.map(({ peerUrl, rule }) => [peerUrl, rule])).toEqual([
      ['http://a.example', 'retry-after'],
      ['http://b.example', 'removed'],
    ]);
    await second.pass(1000);
    expect(asked).toBe(1);
    await second.worker.stop();
  });

  test('a peer that is removed and comes back after a restart keeps its Retry-After', async () => {
    const storage = createMemoryStorage();
    const limited = embed({
      peers: ['http://a.example'],
      storage,
      sync: () => {
        throw new PeerSyncRateLimited({ retryAfterSeconds: 600 });
      },
    });
    await limited.worker.start();
    await limited.pass(0);
    limited.worker.setPeers([]);
    await limited.worker.stop();
    let asked = 0;
    const back = embed({ peers: ['http://a.example'], storage, sync: () => ({ head: `h${++asked}` }) });
    await back.worker.start();
    back.worker.requestSync({ force: true });
    await back.pass(599_000);
    expect(asked).toBe(0);
    await back.pass(1000);
    expect(asked).toBe(1);
    await back.worker.stop();
  });

  test('goes into a peer store of its own, if there is one', async () => {
    let kept = [createPeerRecord('http://a.example')] as SavedWorker['peers'];
    const store = {
      load: () => kept,
      save: (next: SavedWorker['peers']) => {
        kept = next;
      },
    };
    const { worker, pass } = embed({ peers: store, sync: () => ({ head: 'h1' }) });
    await worker.start();
    await pass(0);
    await worker.stop();
    expect(kept).toMatchObject([{ peerUrl: 'http://a.example', lastSyncOkAt: BEGIN }]);
  });

  test('an error is a process warning if nobody listens', async () => {
    const warnings: string[] = [];
    const warned = (warning: Error): unknown => warnings.push(warning.message);
    process.on('warning', warned);
    const storage: SyncStorage = {
      load: (notify) => {
        notify({ message: 'sync-state.json was torn' });
        return {};
      },
      save: () => Promise.reject(new Error('read-only')),
    };
    const { worker, pass } = embed({ peers, storage, sync: () => ({ head: 'h1' }) });
    await worker.start();
    await pass(0);
    await worker.stop();
    process.off('warning', warned);
    expect(new Set(warnings)).toEqual(new Set(['sync-state.json was torn', 'read-only']));
  });

  test('a storage reports what it could not use', async () => {
    const notices: string[] = [];
    const storage = {
      ...createMemoryStorage(),
      load: (notify: (notice: { message: string }) => void) => {
        notify({ message: 'sync-state.json was torn' });
        return {};
      },
    };
    const { worker } = embed({ peers, storage, sync: () => ({ head: 'h1' }) });
    worker.on('storage.notice', ({ message }) => notices.push(message));
    await worker.start();
    await worker.stop();
    expect(notices).toEqual(['sync-state.json was torn']);
  });
});
