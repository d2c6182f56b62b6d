/** How long a node with an empty chain takes to have the whole of a long one, from a peer in another process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSyncWorker } from '../../src/index.ts';
import { createChain, openDiskChain } from '../../src/infonet/chain/chain-store.ts';
import { createMemoryLog } from '../../src/infonet/chain/memory-log.ts';
import { createInfonetSync } from '../../src/infonet/pull/infonet-sync.ts';
import { createInfonetPeer } from '../../src/infonet/serve/infonet-peer.ts';
import { startTask } from './in-child.ts';
import { writeChain } from './infonet-verify.ts';

export interface CatchUpFigures {
  readonly events: number;
  /** Seconds from the start of the worker until it has all of them, verified and on the disk. */
  readonly seconds: number;
  /** Of them what this process computed; the peer's is not in it. */
  readonly processorSeconds: number;
  readonly runs: number;
}

/** `infonet-serve COUNT REQUESTS`: serves a chain of so many events to so many requests a minute, and says where. */
export async function serveChain(count: number, requestsPerWindow: number): Promise<void> {
  const log = createMemoryLog();
  await log.append(
    writeChain(count).map(({ id, text }) => ({ id, text, isPrivate: false })),
    new Map(),
  );
  const { url } = await createInfonetPeer({ chain: createChain(log), requestsPerWindow });
  console.log(url);
}

/** `infonet-catch-up COUNT REQUESTS`. */
export async function measureCatchUp(events: number, requestsPerMinute: number): Promise<CatchUpFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'infonet-bench-'));
  const [peer, url] = await startTask('infonet-serve', String(events), String(requestsPerMinute));
  const chain = await openDiskChain(join(folder, 'chain'));
  const worker = createSyncWorker({ peers: [url], sync: createInfonetSync({ chain }) });
  let runs = 0;
  try {
    const all = new Promise<void>((resolve, reject) => {
      worker.on('attempt.finished', ({ result }) => {
        const isRefused = result.outcome === 'error' && result.retryAfterSeconds > 0;
        if (result.outcome !== 'ok' && !isRefused) reject(new Error(`the attempt ended: ${result.outcome}`));
      });
      worker.on('run.finished', () => {
        runs += 1;
        if (chain.count() === events) resolve();
      });
    });
    const began = performance.now();
    const cpu = process.cpuUsage();
    await worker.start();
    await all;
    const { user, system } = process.cpuUsage(cpu);
    return {
      events,
      seconds: (performance.now() - began) / 1000,
      processorSeconds: (user + system) / 1e6,
      runs,
    };
  } finally {
    await worker.stop();
    await chain.close();
    peer.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
