import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, onTestFinished } from 'vitest';
import { QUEUE } from '../../src/fleet/bullmq-alarms.ts';
import { createFleet, type Fleet, type FleetEvent, type FleetOptions } from '../../src/fleet/index.ts';
import { serverTest, useRedis } from './support/redis-server.ts';

interface Started {
  readonly fleet: Fleet;
  readonly events: FleetEvent[];
  /** Resolves with the next event that fits, from those that were not given yet. */
  next<Type extends FleetEvent['type']>(type: Type): Promise<Extract<FleetEvent, { type: Type }>>;
}

function start(options: FleetOptions): Started {
  const fleet = createFleet({ sync: (_, { id }) => ({ head: id }), ...options });
  onTestFinished(() => fleet.close());
  const events: FleetEvent[] = [];
  const given = new Map<string, number>();
  fleet.on('*', (event) => void events.push(event));
  return {
    fleet,
    events,
    next: async (type) => {
      const index = given.get(type) ?? 0;
      given.set(type, index + 1);
      const found = (): FleetEvent | undefined => events.filter((event) => event.type === type)[index];
      await expect.poll(found, { interval: 5 }).toBeDefined();
      return found() as Extract<FleetEvent, { type: typeof type }>;
    },
  };
}

serverTest('a worker is added, runs, takes other peers at once, and is removed', async (program) => {
  const { socket } = await useRedis(program);
  const { fleet, next } = start({ connection: socket });
  expect(await fleet.add('a:1 ü', { peers: ['http://a.example'] })).toBe(true);
  expect(await fleet.add('a:1 ü')).toBe(false);
  fleet.work();
  expect(await next('run.finished')).toMatchObject({ id: 'a:1 ü', state: { lastOutcome: 'ok' } });
  await fleet.setPeers('a:1 ü', ['http://b.example']);
  await fleet.requestSync('a:1 ü');
  expect(await next('run.finished')).toMatchObject({ state: { lastPeerUrl: 'http://b.example' } });
  expect(await fleet.get('a:1 ü')).toMatchObject({ peers: [{ peerUrl: 'http://b.example' }] });
  expect(await fleet.why('a:1 ü')).toMatchObject({ state: 'ok', holder: '', events: 0 });
  expect(await fleet.remove('a:1 ü')).toBe(true);
  expect(await fleet.remove('a:1 ü')).toBe(false);
  await expect(fleet.why('a:1 ü')).rejects.toMatchObject({ code: 'unknown_worker' });
  expect(await fleet.status()).toMatchObject({ workers: 0 });
});

serverTest(
  'a job that an operator cleaned away or that failed is set again by the reconciler',
  async (program) => {
    const { socket } = await useRedis(program);
    const { fleet, next } = start({ connection: socket, policy: { intervalSeconds: 3600 } });
    await fleet.addMany(['one', 'two', 'three'].map((id) => ({ id, peers: ['http://a.example'] })));
    fleet.work();
    for (let run = 0; run < 3; run += 1) await next('run.finished');
    const redis = new Redis(socket, { maxRetriesPerRequest: null });
    const queue = new Queue(QUEUE, { prefix: 'sync-worker:fleet', connection: redis });
    onTestFinished(async () => {
      await queue.close();
      redis.disconnect();
    });
    await queue.obliterate({ force: true });
    const restored: string[] = [];
    while (restored.length < 3) restored.push(...(await next('alarms.restored')).ids);
    expect(restored.toSorted()).toEqual(['one', 'three', 'two']);
    await expect.poll(async () => (await fleet.status()).alarms.delayed).toBe(3);
  },
);

serverTest(
  'Redis goes away and comes back: one event for each, no peer is asked meanwhile, and the fleet continues',
  async (program) => {
    const server = await useRedis(program);
    let asked = 0;
    const { fleet, events, next } = start({
      connection: server.socket,
      policy: { intervalSeconds: 1 },
      sync: () => {
        asked += 1;
        return { head: String(asked) };
      },
    });
    await fleet.add('w', { peers: ['http://a.example'] });
    fleet.work();
    await next('run.finished');
    await server.kill();
    await next('store.down');
    const before = asked;
    await expect(fleet.status()).rejects.toMatchObject({ code: 'store_away' });
    await server.start();
    await next('store.up');
    expect(asked).toBe(before);
    for (const goal = asked + 2; asked < goal; ) await next('run.finished');
    const emitted = events.map(({ type }) => type).filter((type) => type.startsWith('store.'));
    expect(emitted).toEqual(['store.down', 'store.up']);
    // A process can end while Redis is away.
    await server.kill();
    await next('store.down');
    await fleet.close();
  },
);

serverTest(
  'a stop lets a run end within its time, and withdraws one that does not: no failure is counted',
  async (program) => {
    const { socket } = await useRedis(program);
    let let1: () => void = () => undefined;
    const { fleet, next } = start({
      connection: socket,
      sync: (_, { signal, id }) =>
        new Promise((resolve, reject) => {
          if (id === 'soon') let1 = () => resolve({ head: 'in time' });
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    await fleet.addMany(['soon', 'never'].map((id) => ({ id, peers: [`http://${id}.example`] })));
    const work = fleet.work({ drainSeconds: 1 });
    for (let run = 0; run < 2; run += 1) await next('run.started');
    await expect.poll(async () => (await fleet.status()).states.running).toBe(2);
    const stopped = work.stop();
    let1();
    await stopped;
    expect((await fleet.get('soon'))?.state).toMatchObject({ lastOutcome: 'ok', currentHead: 'in time' });
    expect((await fleet.get('never'))?.state).toMatchObject({ lastOutcome: 'idle', consecutiveFailures: 0 });
    expect(await fleet.peer('http://never.example')).toMatchObject({ inFlight: [] });
  },
);

serverTest(
  'a peer has so many attempts at a time, that far apart, over all processes; who waits is given a slot',
  async (program) => {
    const { socket } = await useRedis(program);
    const perPeer = { atOnce: 2, spacingMs: 30 };
    let now = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    const sync: FleetOptions['sync'] = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise<void>((resolve) => ends.push(resolve));
      now -= 1;
      return { head: 'h' };
    };
    const processes = [0, 1].map(() => start({ connection: socket, perPeer, sync }));
    const [one] = processes;
    if (one === undefined) return;
    await one.fleet.addMany(
      Array.from({ length: 8 }, (_, index) => ({ id: `w${index}`, peers: ['http://a.example'] })),
    );
    for (const { fleet } of processes) fleet.work({ concurrency: 8 });
    const held = async (): Promise<number[]> => {
      const { inFlight, waitingCount } = await one.fleet.peer('http://a.example');
      return [inFlight.length, waitingCount];
    };
    await expect.poll(held).toEqual([2, 6]);
    await expect
      .poll(async () => {
        for (const end of ends.splice(0)) end();
        return (await one.fleet.status()).states.ok;
      })
      .toBe(8);
    expect(most).toBe(2);
  },
);

serverTest('what is malformed is refused where it comes in, with what is allowed', async (program) => {
  const { socket } = await useRedis(program);
  const { fleet } = start({ connection: socket });
  await expect(fleet.add('')).rejects.toThrow('id is ""; allowed is a text of 1 to 200 bytes');
  await expect(fleet.add('w', { peers: ['a.example'] })).rejects.toThrow('allowed is an absolute URL');
  await expect(fleet.requestSync('nobody')).rejects.toMatchObject({ code: 'unknown_worker' });
  await fleet.add('w');
  await expect(fleet.setPeers('w', ['a.example'])).rejects.toThrow(TypeError);
  await expect(fleet.setPolicy('w', { intervalSeconds: -1 })).rejects.toThrow('intervalSeconds is -1');
  expect(() => fleet.work({ concurrency: 0 })).toThrow(
    'concurrency is 0; allowed is a whole number of at least 1',
  );
  expect(() => createFleet({ connection: socket, name: 'a b' })).toThrow('name is "a b"');
  expect(() => createFleet({ connection: '' })).toThrow('connection is ""');
  expect(() => createFleet({ connection: socket, perPeer: { atOnce: 0.5 } })).toThrow(
    'perPeer.atOnce is 0.5',
  );
  expect(() => createFleet({ connection: socket }).work()).toThrow('sync is undefined');
});
