import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { Inspection } from '../../../src/inspect/index.ts';
import { useInspections } from '../inspection-world.ts';
import { openViewer, type RawViewer } from './raw-viewer.ts';

const world = useInspections();
const { embedded, inspected } = world;

const paths = ['stately/events', 'classic'];
const inspecting = JSON.stringify({ type: 'xstate.inspecting' });

function addressOf({ url }: Inspection, path: string): string {
  return `${url.replace('http:', 'ws:')}${path}`;
}

/** Both kinds at once; each part alone is asked. */
async function inspectBoth(): Promise<{ inspection: Inspection } & ReturnType<typeof embedded>> {
  const made = embedded({
    peers: Array.from({ length: 100 }, (_, index) => `https://peer-${index}.example`),
  });
  await made.worker.start();
  await made.pass(1000);
  return { ...made, inspection: await inspected(made.worker, { stately: {}, classic: {} }) };
}

async function watching(inspection: Inspection, path: string): Promise<RawViewer> {
  const viewer = await openViewer(addressOf(inspection, path));
  if (path === 'classic') viewer.socket.send(inspecting);
  await viewer.until(({ length }) => length > 0);
  return viewer;
}

test.each(paths)(
  '%s: a viewer that does not read is skipped, and is shown the newest when it reads',
  async (path) => {
    const { inspection, worker } = await inspectBoth();
    const [stalled, reading] = await Promise.all([watching(inspection, path), watching(inspection, path)]);
    stalled.socket.pause();
    const before = reading.texts.length;
    for (let round = 1; round <= 400; round += 1) {
      worker.peerSeen('https://peer-1.example');
      // Two messages a round: the event, and the state it led to.
      if (round % 10 === 0) await reading.until(({ length }) => length === before + 2 * round);
    }
    worker.setPeers(['https://newest.example']);
    const isNewest = (texts: readonly string[]): boolean => texts.at(-1)?.includes('newest.example') === true;
    await reading.until(isNewest);
    expect(stalled.texts.length).toBeLessThan(10);
    stalled.socket.resume();
    await stalled.until(isNewest);
    const bytes = ({ texts }: RawViewer): number => texts.reduce((sum, text) => sum + text.length, 0);
    expect(bytes(stalled)).toBeLessThan(bytes(reading) * 0.7);
    worker.setPeers(['https://later.example']);
    await stalled.until((texts) => texts.at(-1)?.includes('later.example') === true);
  },
);

test.each(paths)('%s: a viewer that floods is disconnected, and no other', async (path) => {
  const { inspection, worker } = await inspectBoth();
  const [flooding, pinging, other] = await Promise.all([
    watching(inspection, path),
    watching(inspection, path),
    watching(inspection, path),
  ]);
  for (let count = 0; count < 1000; count += 1) {
    flooding.socket.send(inspecting);
    pinging.socket.ping();
  }
  // 1006: what it still had to say outran the reason.
  expect([1006, 1008]).toContain(await flooding.closed);
  expect([1006, 1008]).toContain(await pinging.closed);
  worker.setPeers(['https://newest.example']);
  await other.until((texts) => texts.at(-1)?.includes('newest.example') === true);
});

test.each(paths)(
  '%s: a message that is too large, or breaks the protocol, closes its viewer alone',
  async (path) => {
    const { inspection, worker } = await inspectBoth();
    const [large, broken, other] = await Promise.all([
      watching(inspection, path),
      watching(inspection, path),
      watching(inspection, path),
    ]);
    large.socket.send('x'.repeat(20_000));
    expect(await large.closed).toBe(1009);
    const raw: unknown = Reflect.get(broken.socket, '_socket');
    if (raw !== null && typeof raw === 'object' && 'write' in raw && typeof raw.write === 'function') {
      raw.write(Buffer.from([0xff, 0xff, 0xff]));
    }
    expect(await broken.closed).not.toBe(1000);
    worker.setPeers(['https://newest.example']);
    await other.until((texts) => texts.at(-1)?.includes('newest.example') === true);
  },
);

test.each(paths)(
  '%s: there is room for sixteen viewers; the first is disconnected for a new one',
  async (path) => {
    const { inspection } = await inspectBoth();
    const viewers = [];
    for (let count = 0; count < 16; count += 1) viewers.push(await watching(inspection, path));
    const [first, second] = viewers;
    await watching(inspection, path);
    expect(await first?.closed).toBe(1013);
    expect(second?.socket.readyState).toBe(second?.socket.OPEN);
  },
);

test.each(paths)('%s: one that does not read gives way to one that may', async (path) => {
  const { inspection, worker } = await inspectBoth();
  const viewers = await Promise.all(Array.from({ length: 16 }, () => watching(inspection, path)));
  const [stalled, reading] = viewers;
  if (stalled === undefined || reading === undefined) throw new Error('there are no viewers');
  stalled.socket.pause();
  const before = reading.texts.length;
  for (let round = 1; round <= 400; round += 1) {
    worker.peerSeen('https://peer-1.example');
    if (round % 10 === 0) await reading.until(({ length }) => length === before + 2 * round);
  }
  await watching(inspection, path);
  stalled.socket.resume();
  await stalled.closed;
  worker.setPeers(['https://newest.example']);
  await reading.until((texts) => texts.at(-1)?.includes('newest.example') === true);
});

test('the pages of others are refused, but for the visualizer that was named', async () => {
  const { inspection } = await inspectBoth();
  const attempt = (path: string, origin: string): Promise<unknown> =>
    openViewer(addressOf(inspection, path), origin).then(
      () => 'open',
      (error: Error) => error.message,
    );
  const refused = 'Unexpected server response: 403';
  expect(await attempt('classic', 'https://stately.ai')).toBe('open');
  expect(await attempt('classic', 'https://evil.example')).toBe(refused);
  expect(await attempt('classic', 'https://stately.ai.evil.example')).toBe(refused);
  expect(await attempt('classic', 'null')).toBe(refused);
  expect(await attempt('stately/events', 'https://stately.ai')).toBe(refused);
  expect(await attempt('stately/events', new URL(inspection.url).origin)).toBe('open');
});

test('a request that is no handshake is answered as one, and the server goes on', async () => {
  const { inspection } = await inspectBoth();
  const headers = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x' };
  for (const path of paths) {
    const status = await new Promise((resolve, reject) => {
      const asked = request(new URL(`/${path}`, inspection.url), { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(400);
    await watching(inspection, path);
  }
});

test('nothing is attached to a worker before a viewer says that it looks, nor after the last has left', async () => {
  const { worker, pass } = embedded();
  await worker.start();
  await pass(1000);
  let attached = 0;
  const counted = new Proxy(worker, {
    get: (target, key) => {
      if (key !== 'on') return Reflect.get(target, key);
      return (...given: Parameters<typeof target.on>) => {
        attached += 1;
        const off = target.on(...given);
        return () => {
          attached -= 1;
          off();
        };
      };
    },
  });
  const inspection = await inspected(counted, { stately: {}, classic: {} });
  const withPage = attached;
  const silent = await openViewer(addressOf(inspection, 'classic'));
  expect(attached).toBe(withPage);
  const viewers = await Promise.all(paths.map((path) => watching(inspection, path)));
  expect(attached).toBe(withPage + 2);
  for (const { socket } of viewers) socket.close();
  await expect.poll(() => attached).toBe(withPage);
  expect(silent.texts).toEqual([]);
});

test.each(paths)(
  '%s: closing ends all viewers, also one that does not read, and leaves no handle',
  async (path) => {
    const before = process.getActiveResourcesInfo().length;
    const { inspection, worker } = await inspectBoth();
    const [stalled, reading] = await Promise.all([watching(inspection, path), watching(inspection, path)]);
    stalled.socket.pause();
    for (let round = 0; round < 100; round += 1) worker.peerSeen('https://peer-1.example');
    await inspection.close();
    await reading.closed;
    stalled.socket.resume();
    await stalled.closed;
    await worker.stop();
    await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  },
);
