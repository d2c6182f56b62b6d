/**
 * One process of the measurement: `node work.js HOW URL SOCKET NAME CONCURRENCY SECONDS`, HOW being fleet, job or loop. Over its channel it
 * sends how many requests it made, what they cost it, and with a fleet how late each run began, in milliseconds.
 */

import { Agent, request } from 'node:http';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { createFleet } from '../../../src/fleet/index.ts';

const [how = '', url = '', socket = '', name = '', concurrency = '64', seconds = '10'] =
  process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(concurrency) });

function ask(): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Microseconds of this process's processor since it was warm: code that runs for the first time costs several times as much. */
let began = process.cpuUsage();
const cpu = (): number => {
  const { user, system } = process.cpuUsage(began);
  return user + system;
};

let asks = 0;
const late: number[] = [];
const WARM_MS = 3000;
setTimeout(() => {
  asks = 0;
  began = process.cpuUsage();
}, WARM_MS);
const end = performance.now() + WARM_MS + Number(seconds) * 1000;
const isOver = (): boolean => performance.now() >= end;

if (how === 'loop') {
  await Promise.all(
    Array.from({ length: Number(concurrency) }, async () => {
      while (!isOver()) {
        await ask();
        asks += 1;
      }
    }),
  );
} else if (how === 'job') {
  const redis = new Redis(socket, { maxRetriesPerRequest: null });
  const queue = new Queue(name, { connection: redis, prefix: 'bench', streams: { events: { maxLen: 100 } } });
  const worker = new Worker(
    name,
    async (job) => {
      await ask();
      asks += 1;
      // Made again for a second later, as the next run of a worker is.
      if (!isOver()) await queue.add('ask', {}, { delay: 1000, removeOnComplete: true, removeOnFail: true });
      return job.id;
    },
    {
      connection: new Redis(socket, { maxRetriesPerRequest: null }),
      prefix: 'bench',
      concurrency: Number(concurrency),
    },
  );
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 50));
  await worker.close();
  await queue.close();
} else {
  const due = new Map<string, number>();
  const fleet = createFleet({
    connection: socket,
    name,
    policy: { intervalSeconds: 1 },
    sync: async (_, { id, now }) => {
      const at = due.get(id);
      if (at !== undefined) late.push(Math.max(0, (now() - at) * 1000));
      const head = await ask();
      asks += 1;
      return { head };
    },
  });
  fleet.on('run.finished', ({ id, nextAt }) => void due.set(id, nextAt));
  fleet.on('fault', ({ error }) => console.error(error.message));
  const work = fleet.work({ concurrency: Number(concurrency), drainSeconds: 1 });
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 50));
  process.send?.({ asks, late, cpu: cpu() });
  await work.stop();
  await fleet.close();
}
if (how !== 'fleet') process.send?.({ asks, late, cpu: cpu() });
process.exit();
