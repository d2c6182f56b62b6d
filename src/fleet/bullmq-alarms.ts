import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { asError } from '../policy/thrown.ts';
import type { Alarms, AlarmWork, Next } from './alarm.ts';

/** The name of the queue, under the prefix of the fleet. Dashboards show it. */
export const QUEUE = 'looks';

/** An alarm overdue by more than this is late. */
const LATE_MS = 5000;

/** Attempts and stalls that BullMQ allows: a job must never fail for good, whatever happens to its processes. */
const ENDLESS = 1_000_000_000;

/** Delay before a job whose processor threw is retried. */
const RETRY_MS = 5000;

export interface BullAlarmsOptions {
  readonly prefix: string;
  /** Configured as BullMQ requires. Each `work()` opens one more connection. */
  readonly redis: Redis;
  /** Milliseconds of the store's clock. */
  readonly now: () => number;
  readonly report: (error: Error) => void;
  /** How long a job of a dead process stays locked, in milliseconds. @default 30,000 */
  readonly lockMs?: number | undefined;
}

/**
 * The alarms as BullMQ jobs: one permanent delayed job per worker.
 *
 * BullMQ uses the wall clock of each process. A job is set by the store's time; if it rang early, it is set by this machine's
 * clock, which is ahead: by the store's time it would ring again at once.
 */
export function createBullAlarms(options: BullAlarmsOptions): Alarms {
  const { prefix, redis, now, report, lockMs = 30_000 } = options;
  const queue = new Queue(QUEUE, {
    prefix,
    connection: redis,
    streams: { events: { maxLen: 100 } },
  });
  queue.on('error', report);
  const jobOf = (id: string, delay: number): { name: string; data: object; opts: object } => ({
    name: 'look',
    data: {},
    opts: {
      jobId: jobId(id),
      delay: Math.max(0, delay),
      attempts: ENDLESS,
      backoff: RETRY_MS,
      removeOnComplete: true,
    },
  });
  const jobs: Pick<Alarms, 'add' | 'ring'> = {
    add: async (alarms) => {
      await queue.addBulk(alarms.map(({ id, time }) => jobOf(id, time - now())));
    },
    ring: async (id) => {
      const job: Job | undefined = await queue.getJob(jobId(id));
      if (job === undefined) {
        await queue.add('look', {}, jobOf(id, 0).opts);
        return true;
      }
      try {
        await job.promote();
        return true;
      } catch {
        const state = await job.getState();
        if (state === 'failed') await job.retry('failed');
        // A waiting job rings once a process has a free slot.
        return state !== 'active' && state !== 'delayed' && state !== 'unknown';
      }
    },
  };

  const setAgain = async (job: Job, token: string | undefined, time: number): Promise<void> => {
    const isEarly = now() < time && Date.now() >= time;
    await job.moveToDelayed(isEarly ? Date.now() + (time - now()) : time, token);
  };

  return {
    ...jobs,
    remove: async (id) => {
      // An active job cannot be removed; its look ends it.
      await queue.remove(jobId(id)).catch(report);
    },
    missing: async (ids) => {
      if (ids.length === 0) return [];
      const pipeline = redis.pipeline();
      for (const id of ids) {
        pipeline.exists(queue.toKey(jobId(id)));
        pipeline.zscore(queue.toKey('failed'), jobId(id));
        pipeline.zscore(queue.toKey('completed'), jobId(id));
      }
      const replies = (await pipeline.exec()) ?? [];
      return ids.filter((_, index) => {
        const [exists, failed, completed] = replies.slice(3 * index, 3 * index + 3);
        return exists?.[1] === 0 || failed?.[1] != null || completed?.[1] != null;
      });
    },
    counts: async () => {
      const counts = await queue.getJobCounts('delayed', 'wait', 'active', 'prioritized');
      // The score of a delayed job is its time, followed by twelve bits of order.
      const late = await redis.zcount(queue.toKey('delayed'), 0, (now() - LATE_MS) * 0x1000);
      return {
        delayed: counts['delayed'] ?? 0,
        waiting: (counts['wait'] ?? 0) + (counts['prioritized'] ?? 0) + (counts['paused'] ?? 0),
        active: counts['active'] ?? 0,
        late,
        paused: await queue.isPaused(),
      };
    },
    work: (look, concurrency): AlarmWork => {
      const own = redis.duplicate();
      const worker = new Worker(
        QUEUE,
        async (job, token) => {
          let next: Next;
          try {
            next = await look(idOf(job.id ?? ''));
          } catch (error) {
            report(asError(error));
            next = { kind: 'at', time: now() + RETRY_MS };
          }
          if (next.kind === 'never') return;
          try {
            await setAgain(job, token, next.time);
          } catch (error) {
            // The lock was lost, say to a blocked event loop, and another process has looked at the record or will. If that look
            // already set the alarm, it may be set too late.
            report(new Error(`The alarm of ${idOf(job.id ?? '')} was taken over`, { cause: error }));
            const left = next.time - now();
            await job.changeDelay(Math.max(0, left)).catch(() => undefined);
          }
          throw new DelayedError();
        },
        {
          prefix,
          connection: own,
          concurrency,
          maxStalledCount: ENDLESS,
          lockDuration: lockMs,
          stalledInterval: lockMs,
          drainDelay: 5,
        },
      );
      worker.on('error', report);
      return {
        drain: () => worker.pause(),
        close: async () => {
          await worker.close();
          // BullMQ closes only the connections that it opened itself.
          own.disconnect();
        },
      };
    },
    close: async () => {
      // While the store is away, commands (and so a clean close) would wait for it.
      if (redis.status !== 'ready') return redis.disconnect();
      await queue.close();
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}

/** BullMQ allows neither a ':' in a job id nor an integer as one. */
function jobId(id: string): string {
  return `w-${encodeURIComponent(id)}`;
}

function idOf(job: string): string {
  return decodeURIComponent(job.slice(2));
}
