import { expect, test } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../src/clock/virtual-clock.ts';
import type { Next } from '../../src/fleet/alarm.ts';
import { FleetError } from '../../src/fleet/fleet-errors.ts';
import type { FleetSyncFunction } from '../../src/fleet/fleet-sync.ts';
import { createFleet } from '../../src/fleet/index.ts';
import { writeEvent } from '../../src/fleet/operator-events.ts';
import type { ScriptName } from '../../src/fleet/store/scripts.ts';
import { EPOCH } from '../../src/fleet/store/store.ts';
import { createStoreTime } from '../../src/fleet/store/store-time.ts';
import { PeerSyncRateLimited } from '../../src/index.ts';
import { BEGIN } from '../support/embedded-worker.ts';
import { createWorld, type FleetWorld, type WorldOptions } from './support/fleet-world.ts';
import { serverTest, useRedis } from './support/redis-server.ts';

const PEER = 'http://a.example';
const noAof = ['--appendonly', 'no'];

interface Process {
  readonly world: FleetWorld;
  readonly clock: VirtualClock;
  /** How often the peer was asked. */
  readonly asked: () => number;
}

async function startProcess(
  options: Partial<WorldOptions> & { readonly socket: string },
  answer: FleetSyncFunction = () => ({ head: 'h1' }),
): Promise<Process> {
  const clock = options.clock ?? createVirtualClock(BEGIN * 1000);
  let asked = 0;
  const sync: FleetSyncFunction = (peer, given) => {
    asked += 1;
    return answer(peer, given);
  };
  const world = await createWorld({ clock, sync, ...options });
  return { world, clock, asked: () => asked };
}

/** Breaks the connection at a script, so many times. */
function breaks(script: ScriptName, when: 'before' | 'after', times = 1): NonNullable<WorldOptions['fault']> {
  let left = times;
  return (called, at) => {
    if (called !== script || at !== when || left === 0) return;
    left -= 1;
    throw new FleetError('store_away', 'the connection broke');
  };
}

const timeOf = (next: Next): number =>
  next.kind === 'at' ? next.time : expect.fail('there is no next look');

const outcomeOf = async ({ store, keys }: FleetWorld, id: string): Promise<unknown> =>
  JSON.parse((await store.redis.hget(keys.record(id), 'state')) ?? '{}').last_outcome;

for (const [script, when] of [
  ['leave', 'before'],
  ['leave', 'after'],
  ['finish', 'before'],
  ['finish', 'after'],
] as const) {
  serverTest(
    `a connection that breaks ${script}: ${when} it is done; the run is made once, and is on record`,
    async (program) => {
      const { socket } = await useRedis(program, noAof);
      const { world, asked } = await startProcess({ socket, fault: breaks(script, when) });
      await world.add('w', [PEER]);
      await world.look('w');
      expect(asked()).toBe(1);
      expect(await outcomeOf(world, 'w')).toBe('ok');
      expect(world.events.map(({ type }) => type)).toEqual([
        'run.started',
        'attempt.finished',
        'run.finished',
      ]);
      expect(await world.store.redis.hgetall(world.keys.counts)).toMatchObject({
        idle: '0',
        running: '0',
        ok: '1',
      });
      await world.close();
    },
  );
}

serverTest(
  'a run whose process is gone is left alone until its stuck limit and two seconds, by requests too; then it counts as stuck, and its late result is dropped',
  async (program) => {
    const { socket } = await useRedis(program, noAof);
    const name = 'takeover';
    let end: (answer: { head: string }) => void = () => undefined;
    const first = await startProcess({ socket, name }, () => new Promise((resolve) => (end = resolve)));
    await first.world.add('w', [PEER, 'http://b.example']);
    // It asks, and hangs: its look goes on to the end of this test.
    const late = first.world.parts;
    const { look } = await import('../../src/fleet/look.ts');
    const hanging = look('w', {
      ...late,
      clock: { ...late.clock, setTimeout: () => 0, clearTimeout: () => undefined },
    });
    await expect.poll(() => first.asked()).toBe(1);

    const clock = createVirtualClock(BEGIN * 1000);
    const second = await startProcess({ socket, name, clock }, () => ({ head: 'of the second' }));
    const { store, keys } = second.world;
    const request = writeEvent({ type: 'sync.requested', at: 0, force: true }, 'n');
    await store.call('tell', [keys.meta, keys.record('w')], [EPOCH, request, 1e6]);
    const lease = timeOf(await second.world.look('w'));
    expect(lease).toBe((BEGIN + 302) * 1000);
    clock.advanceTo(lease - 1);
    expect(timeOf(await second.world.look('w'))).toBe(lease);
    expect(second.asked()).toBe(0);
    clock.advanceTo(lease);
    await second.world.look('w');
    expect(second.asked()).toBe(1);
    const peers = JSON.parse((await store.redis.hget(keys.record('w'), 'peers')) ?? '[]');
    expect(peers).toContainEqual(
      expect.objectContaining({
        peer_url: PEER,
        failure_count: 1,
        last_error: expect.stringContaining('stuck'),
      }),
    );

    end({ head: 'too late' });
    await hanging;
    expect(first.world.events.map(({ type }) => type)).toContain('run.superseded');
    expect(await store.redis.hget(keys.record('w'), 'state')).toContain('of the second');
    await first.world.close();
    await second.world.close();
  },
);

serverTest('a script that the server has not got any more is sent again', async (program) => {
  const { socket } = await useRedis(program, noAof);
  const { world, asked } = await startProcess({ socket });
  await world.add('w', [PEER]);
  await world.store.redis.script('FLUSH');
  await world.look('w');
  expect(asked()).toBe(1);
  await world.close();
});

serverTest('a full Redis: no peer is asked until it accepts writes again', async (program) => {
  const { socket } = await useRedis(program, noAof);
  const { world, asked } = await startProcess({ socket });
  const { redis } = world.store;
  await world.add('w', [PEER]);
  await redis.config('SET', 'maxmemory', '1');
  const looked = world.look('w');
  await expect.poll(() => redis.info('errorstats')).toContain('errorstat_OOM');
  expect(asked()).toBe(0);
  await redis.config('SET', 'maxmemory', '0');
  await looked;
  expect(asked()).toBe(1);
  await world.close();
});

serverTest(
  'a store that lost data: an event says so, no peer is asked for an hour, and a process restores the closed gates that it knows',
  async (program) => {
    const { socket } = await useRedis(program, noAof);
    const clock = createVirtualClock(BEGIN * 1000);
    const askedAt: number[] = [];
    const limited = await startProcess({ socket, clock }, () => {
      askedAt.push(clock.now() / 1000);
      throw new PeerSyncRateLimited({ retryAfterSeconds: 600, retryAfterHeader: '600' });
    });
    const { world } = limited;
    await world.add('w', [PEER]);
    await world.look('w');
    await world.store.redis.flushall();
    clock.advanceTo(clock.now() + 1);
    await world.add('w', [PEER, 'http://b.example']);
    expect(world.events).toContainEqual({ type: 'store.forgot', until: BEGIN + 3600.001 });
    await world.gates.replay();
    expect(await world.store.redis.hget(world.keys.gate('a.example'), 'header')).toBe('600');
    while (limited.asked() === 1) clock.advanceTo(timeOf(await world.look('w')));
    expect(askedAt.at(1)).toBeGreaterThanOrEqual(BEGIN + 3600);
    await world.close();
  },
);

serverTest(
  'a store that lost its last writes is found out by the process that made them',
  async (program) => {
    const { socket } = await useRedis(program, noAof);
    const { world } = await startProcess({ socket });
    await world.add('w', [PEER]);
    await world.look('w');
    // As after a failover to a replica that lagged behind.
    await world.store.redis.hset(world.keys.acks, world.store.process, '1');
    await world.store.refresh();
    expect(world.events).toContainEqual({ type: 'store.forgot', until: BEGIN + 3600 });
    await world.close();
  },
);

serverTest('a fleet of a newer format is refused', async (program) => {
  const { socket } = await useRedis(program, noAof);
  const { world } = await startProcess({ socket, name: 'newer' });
  await world.store.redis.hset(world.keys.meta, 'format', '2');
  await world.close();
  const fleet = createFleet({ connection: socket, name: 'newer' });
  await expect(fleet.status()).rejects.toMatchObject({
    code: 'newer_format',
    message: expect.stringContaining('this fleet has format 2'),
  });
  await fleet.close();
});

serverTest('a read-only replica is refused', async (program) => {
  const replica = await useRedis(program, [
    ...noAof,
    '--replicaof',
    '127.0.0.1',
    '1',
    '--replica-serve-stale-data',
    'yes',
  ]);
  const fleet = createFleet({ connection: replica.socket });
  await expect(fleet.add('w')).rejects.toMatchObject({
    code: 'store_away',
    message: expect.stringContaining('READONLY'),
  });
  await fleet.close();
});

serverTest('two fleets on one Redis know nothing of each other', async (program) => {
  const { socket } = await useRedis(program, noAof);
  const one = await startProcess({ socket, name: 'one' }, () => {
    throw new PeerSyncRateLimited({ retryAfterSeconds: 600 });
  });
  const other = await startProcess({ socket, name: 'other' });
  for (const { world } of [one, other]) {
    await world.add('w', [PEER]);
    await world.look('w');
  }
  expect([await outcomeOf(one.world, 'w'), await outcomeOf(other.world, 'w')]).toEqual(['error', 'ok']);
  await one.world.close();
  await other.world.close();
});

serverTest(
  'a Retry-After holds back every worker of the fleet, in every process, and no failure is counted; an operator opens it',
  async (program) => {
    const { socket } = await useRedis(program, noAof);
    const name = 'polite';
    const clock = createVirtualClock(BEGIN * 1000 + 500);
    const limited = await startProcess({ socket, name, clock }, () => {
      throw new PeerSyncRateLimited({ retryAfterSeconds: 60, retryAfterHeader: '60' });
    });
    const other = await startProcess({ socket, name, clock });
    await limited.world.add('one', [`${PEER}/x`]);
    await limited.world.add('two', [`${PEER}/y`]);
    await limited.world.look('one');
    const next = await other.world.look('two');
    // From the next whole second on, so that it never ends early.
    expect(timeOf(next)).toBe((BEGIN + 61) * 1000);
    expect(await outcomeOf(other.world, 'two')).toBe('idle');
    clock.advanceTo(timeOf(next) - 1);
    await other.world.look('two');
    expect(other.asked()).toBe(0);
    await other.world.store.call(
      'open',
      [other.world.keys.gate('a.example'), other.world.keys.closed],
      ['a.example'],
    );
    await other.world.look('two');
    expect(other.asked()).toBe(1);
    await limited.world.close();
    await other.world.close();
  },
);

test('the clock of the store is never ahead of it, and a step of it is noticed', () => {
  let monotonic = 0;
  const steps: number[] = [];
  const time = createStoreTime(
    () => monotonic,
    (seconds) => void steps.push(seconds),
  );
  monotonic = 100;
  time.read(5000, 40);
  expect(time.now()).toBe(5000);
  monotonic = 1100;
  expect(time.now()).toBe(6000);
  // An answer that took long says little, and is no step.
  monotonic = 61_100;
  time.read(20_000, 1100);
  expect(steps).toEqual([]);
  monotonic = 61_200;
  time.read(20_100, 61_190);
  monotonic = 61_300;
  time.read(80_000, 61_290);
  expect(steps).toEqual([expect.closeTo(59.8, 1)]);
  expect(time.alarmUntil()).toBe(140_000);
  monotonic = 121_301;
  expect(time.alarmUntil()).toBe(0);
});
