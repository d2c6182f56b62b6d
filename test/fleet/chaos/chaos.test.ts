import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { createFleet } from '../../../src/fleet/index.ts';
import { buildProgram } from '../../support/build-program.ts';
import { fc } from '../../support/property.ts';
import { servers, serverTest, useRedis } from '../support/redis-server.ts';
import { startJudge } from './judge-peer.ts';

/** `npm run chaos:fleet`, or `CHAOS_KILLS=…`; `CHAOS_SEED` for the same turns again. */
const KILLS = Number(process.env['CHAOS_KILLS'] ?? 6);
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 2 ** 31);
const PROCESSES = 4;
const WORKERS = 48;
/** The wall clocks of the processes are wrong by these, in milliseconds. */
const SKEWS = [0, 20_000, -20_000, 0];
/** So long an event loop stands still in the full test: longer than the lock of a job. */
const BLOCKED_MS = 40_000;

const program =
  servers.length === 0
    ? ''
    : await buildProgram('test/fleet/chaos/fleet-program.ts', [
        'bullmq',
        'ioredis',
        'prom-client',
        'virtual:inspector-page',
      ]);

// Short enough that a run which a kill cut short is taken over within the test.
const policy = {
  intervalSeconds: 2,
  failureBackoffSeconds: 1,
  failureBackoffCapSeconds: 2,
  stuckAfterSeconds: 4,
};

type Turn = 'kill' | 'stop' | 'clients' | 'redis';

serverTest(
  `a fleet whose processes are killed ${KILLS} times asks no peer early or twice, and loses no worker`,
  async (redisServer) => {
    console.log(`CHAOS_SEED=${SEED}`);
    let turn = 0;
    const draw = <T>(arbitrary: fc.Arbitrary<T>): T => {
      turn += 1;
      return fc.sample(arbitrary, { seed: SEED + turn, numRuns: 1 })[0] as T;
    };
    const random = mulberry(SEED);
    const redis = await useRedis(redisServer);
    const judges = await Promise.all(
      [0, 1, 2].map(() =>
        startJudge({
          intervalSeconds: policy.intervalSeconds,
          stuckAfterSeconds: policy.stuckAfterSeconds,
          limitRatio: 0.03,
          retryAfterSeconds: 3,
          maxMs: 60,
          random,
        }),
      ),
    );
    onTestFinished(async () => {
      for (const judge of judges) await judge.close();
    });
    const options = { connection: redis.socket, name: 'chaos', policy, perPeer: { atOnce: 8 } };
    const counts = new Map<string, number>();
    const start = (_: unknown, place: number): ChildProcess => {
      const skewMs = SKEWS[place] ?? 0;
      const child = fork(program, [JSON.stringify({ ...options, concurrency: 16, skewMs })], {
        execArgv: [],
      });
      child.on('message', ({ type }: { type: string }) => counts.set(type, (counts.get(type) ?? 0) + 1));
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    };
    const control = createFleet(options);
    control.on('*', () => undefined);
    onTestFinished(() => control.close());
    await control.addMany(
      Array.from({ length: WORKERS }, (_, index) => ({
        id: `w:${index}`,
        peers: judges.slice(index % 3, (index % 3) + 1).map(({ url }) => url),
      })),
    );
    const processes = Array.from({ length: PROCESSES }, start);
    const done: Record<Turn, number> = { kill: 0, stop: 0, clients: 0, redis: 0 };
    const asks = (): number => judges.reduce((all, { judgement }) => all + judgement.asks, 0);
    const progress = async (count: number): Promise<void> => {
      for (const goal = asks() + count; asks() < goal; ) await setTimeout(20);
    };
    await progress(WORKERS);
    if (KILLS >= 50) {
      const [blocked] = processes;
      for (const judge of judges) judge.halted(blocked?.pid ?? 0);
      blocked?.send(`block ${BLOCKED_MS}`);
      await setTimeout(BLOCKED_MS);
      for (const judge of judges) judge.continued(blocked?.pid ?? 0);
      await progress(WORKERS);
    }

    while (done.kill < KILLS) {
      const what = draw(
        fc.oneof(
          { weight: 8, arbitrary: fc.constant<Turn>('kill') },
          { weight: 1, arbitrary: fc.constant<Turn>('stop') },
          { weight: 2, arbitrary: fc.constant<Turn>('clients') },
          { weight: 1, arbitrary: fc.constant<Turn>('redis') },
        ),
      );
      const place = draw(fc.nat(PROCESSES - 1));
      const victim = processes[place];
      done[what] += 1;
      if (what === 'kill') {
        const gone = victim && once(victim, 'exit');
        for (const judge of judges) judge.halted(victim?.pid ?? 0);
        victim?.kill('SIGKILL');
        await gone;
        processes[place] = start(undefined, place);
      } else if (what === 'stop') {
        for (const judge of judges) judge.halted(victim?.pid ?? 0);
        victim?.kill('SIGSTOP');
        await setTimeout(draw(fc.integer({ min: 500, max: 7000 })));
        victim?.kill('SIGCONT');
        for (const judge of judges) judge.continued(victim?.pid ?? 0);
      } else if (what === 'clients') {
        await (await clientOf(redis.socket)).kill();
      } else {
        await redis.kill();
        await setTimeout(draw(fc.integer({ min: 0, max: 1000 })));
        await redis.start();
      }
      // The instant is the subject here.
      await progress(draw(fc.integer({ min: 1, max: WORKERS })));
    }

    // In the end every worker asks again: none is lost.
    const before = new Map(judges.flatMap(({ answered }) => [...answered]));
    const lost = (): string[] =>
      Array.from({ length: WORKERS }, (_, index) => `w:${index}`).filter(
        (id) =>
          judges.reduce((all, { answered }) => all + (answered.get(id) ?? 0), 0) <= (before.get(id) ?? 0),
      );
    for (let left = lost(); left.length > 0; left = lost()) await setTimeout(100);

    const sum = (figure: keyof (typeof judges)[0]['judgement']): number =>
      judges.reduce((all, { judgement }) => all + judgement[figure], 0);
    const figures = {
      kills: done.kill,
      stops: done.stop,
      clientKills: done.clients,
      redisKills: done.redis,
      asks: sum('asks'),
      limits: sum('limits'),
      earlyBySchedule: sum('earlyBySchedule'),
      earlyAfterClosure: sum('earlyAfterClosure'),
      earlyTakeover: sum('earlyTakeover'),
      double: sum('double'),
      late: sum('late'),
      lost: lost().length,
      superseded: counts.get('run.superseded') ?? 0,
    };
    console.log(JSON.stringify(figures));
    expect(figures).toMatchObject({
      earlyBySchedule: 0,
      earlyAfterClosure: 0,
      earlyTakeover: 0,
      double: 0,
      late: 0,
      lost: 0,
    });
    expect(figures.asks).toBeGreaterThan(KILLS);
  },
);

async function clientOf(socket: string): Promise<{ kill(): Promise<void> }> {
  const { Redis } = await import('ioredis');
  const client = new Redis(socket);
  return {
    kill: async () => {
      await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await client.quit();
    },
  };
}

/** Numbers from 0 to 1, the same for a seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
