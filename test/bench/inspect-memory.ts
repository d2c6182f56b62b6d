import { setImmediate } from 'node:timers/promises';
import { PEER_URL } from './contender.ts';
import { startViewer } from './inspect-viewer.ts';

export interface InspectedMemory {
  /** Bytes of heap after the first hundred thousand events. */
  readonly early: number;
  /** After a million. */
  readonly late: number;
  /** Events a second, each told to the viewer or counted as dropped. */
  readonly rate: number;
}

const EARLY_EVENTS = 100_000;
const EVENTS = 1_000_000;
/** How many come before the server has its turn: a flood. */
const EVENTS_A_TURN = 500;

/** The heap of a process whose worker is flooded with events while a viewer watches the page. */
export async function measureInspectedMemory(): Promise<InspectedMemory> {
  const { createSyncWorker }: typeof import('../../src/index.ts') = await import(
    new URL('../index.js', import.meta.url).href
  );
  const { inspectWorker }: typeof import('../../src/inspect/index.ts') = await import(
    new URL('../inspect.js', import.meta.url).href
  );
  const worker = createSyncWorker({ peers: [PEER_URL], sync: async () => ({ head: 'head' }) });
  await worker.start();
  const inspection = await inspectWorker(worker);
  const viewer = await startViewer(`${inspection.url}feed`);
  const flood = async (events: number): Promise<void> => {
    for (let sent = 0; sent < events; sent += EVENTS_A_TURN) {
      // The cheapest to make: each is a transition and a line of the log, as any other is.
      for (let count = 0; count < EVENTS_A_TURN; count += 1) {
        worker.actor?.send({ type: 'peer.seen', peerUrl: 'no URL' });
      }
      await setImmediate();
    }
  };
  const began = performance.now();
  await flood(EARLY_EVENTS);
  const early = heapUsed();
  await flood(EVENTS - EARLY_EVENTS);
  const seconds = (performance.now() - began) / 1000;
  const late = heapUsed();
  viewer.kill();
  await inspection.close();
  await worker.stop();
  return { early, late, rate: EVENTS / seconds };
}

function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error('the heap can only be measured under --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
