/**
 * `npm run bench:fleet`: runs a second of a fleet with 1, 2 and 4 processes, beside a bare HTTP loop and a bare BullMQ job that make the
 * same request; bytes of an idle worker; how late runs begin; many workers added. `-- --workers 1000000` for the million.
 */
import { fork, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { createFleet } from '../../../src/fleet/index.ts';
import { showTable } from '../table.ts';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '10' },
    busy: { type: 'string', default: '6000' },
  },
});
const work = fileURLToPath(new URL('./work.js', import.meta.url));
const CONCURRENCY = '64';

const folder = await mkdtemp(join(tmpdir(), 'bench-fleet-'));
const socket = join(folder, 'redis.sock');
const server = spawn(
  'redis-server',
  [
    '--port',
    '0',
    '--unixsocket',
    socket,
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--loglevel',
    'warning',
  ],
  { stdio: 'ignore' },
);
server.on('error', () => {
  console.error('there is no redis-server: apt-get install redis-server');
  process.exit(1);
});
const redis = new Redis(socket, { maxRetriesPerRequest: null });
// Until it has made its socket.
redis.on('error', () => undefined);
const peer = createServer((_, response) => response.end('h'.repeat(64)));
await new Promise<void>((resolve) => void peer.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`;

interface Told {
  readonly asks: number;
  readonly late: readonly number[];
  /** Microseconds. */
  readonly cpu: number;
}

interface Measured {
  readonly perSecond: number;
  /** Microseconds of the processor a request: of the processes, and of Redis. On a machine with other work these say more. */
  readonly nodeCost: number;
  readonly redisCost: number;
  readonly late: readonly number[];
}

/** So many processes for so many seconds. */
async function measure(how: 'loop' | 'job' | 'fleet', name: string, processes: number): Promise<Measured> {
  const before = await redisCpu();
  const told = await Promise.all(
    Array.from({ length: processes }, () => {
      const child = fork(work, [how, url, socket, name, CONCURRENCY, values.seconds], { execArgv: [] });
      return new Promise<Told>((resolve, reject) => {
        let said: Told | undefined;
        child.on('message', (message) => {
          said = message as Told;
        });
        child.on('exit', () =>
          said === undefined ? reject(new Error(`${how} said nothing`)) : resolve(said),
        );
      });
    }),
  );
  const asks = told.reduce((all, one) => all + one.asks, 0);
  return {
    perSecond: asks / Number(values.seconds),
    nodeCost: told.reduce((all, { cpu }) => all + cpu, 0) / asks,
    // Its share of the warm-up is not its own.
    redisCost: (((await redisCpu()) - before) * Number(values.seconds)) / (Number(values.seconds) + 3) / asks,
    late: told.flatMap(({ late }) => late).toSorted((a, b) => a - b),
  };
}

/** Microseconds. */
const redisCpu = async (): Promise<number> => {
  const info = await redis.info('cpu');
  const of = (field: string): number => Number(new RegExp(`${field}:([0-9.]+)`).exec(info)?.[1]);
  return 1e6 * (of('used_cpu_user') + of('used_cpu_sys'));
};
const cost = ({ nodeCost, redisCost }: Measured): string[] => [
  `${nodeCost.toFixed(0)} µs`,
  `${redisCost.toFixed(0)} µs`,
];
const usedMemory = async (): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
const share = (sorted: readonly number[], ratio: number): string =>
  `${Math.round(sorted[Math.floor(sorted.length * ratio)] ?? 0)} ms`;
const workers = function* (count: number): Generator<{ id: string; peers: string[] }> {
  for (let index = 0; index < count; index += 1)
    yield { id: `feed-${index}`, peers: [`${url}/${index % 100}`] };
};

const rows: [string, ...string[]][] = [];
const loop = await measure('loop', 'none', 1);
rows.push(['bare HTTP loop', '1', loop.perSecond.toFixed(0), `${loop.nodeCost.toFixed(0)} µs`, '', '', '']);
for (const processes of [1, 2, 4]) {
  const name = `job-${processes}`;
  const queue = new Queue(name, { connection: redis, prefix: 'bench', streams: { events: { maxLen: 100 } } });
  await queue.addBulk(
    Array.from({ length: Number(values.busy) }, () => ({
      name: 'ask',
      data: {},
      opts: { removeOnComplete: true },
    })),
  );
  const job = await measure('job', name, processes);
  await queue.obliterate({ force: true });
  await queue.close();
  const fleet = createFleet({ connection: socket, name: `busy-${processes}` });
  await fleet.addMany(workers(Number(values.busy)));
  const ours = await measure('fleet', `busy-${processes}`, processes);
  await fleet.close();
  await redis.flushall();
  rows.push(['bare BullMQ job', String(processes), job.perSecond.toFixed(0), ...cost(job), '', '']);
  rows.push([
    `fleet (${(ours.perSecond / job.perSecond).toFixed(2)} of the job)`,
    String(processes),
    ours.perSecond.toFixed(0),
    ...cost(ours),
    share(ours.late, 0.5),
    share(ours.late, 0.99),
  ]);
}
console.log(
  showTable({
    title: 'requests',
    heads: ['processes', 'a second', 'Node each', 'Redis each', 'late p50', 'late p99'],
    rows,
  }),
);

const count = Number(values.workers);
const before = await usedMemory();
const began = performance.now();
const many = createFleet({
  connection: socket,
  name: 'many',
  policy: { intervalSeconds: 300, spreadRatio: 1 },
});
await many.addMany(workers(count));
const took = (performance.now() - began) / 1000;
// Replies and buffers of the connections are gone by then.
await setTimeout(1000);
const bytes = ((await usedMemory()) - before) / count;
console.log(
  `\n${count} workers added in ${took.toFixed(1)} s (${(count / took).toFixed(0)} a second); ${bytes.toFixed(0)} bytes of Redis each`,
);
const running = await measure('fleet', 'many', 2);
console.log(
  `of them, due within their interval, ${running.perSecond.toFixed(0)} run a second by 2 processes; ${JSON.stringify((await many.status()).states)}`,
);
await many.close();
await redis.quit();
peer.close();
server.kill();
await rm(folder, { recursive: true, force: true });
process.exit();
