import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Alarms } from './alarm.ts';
import type { FleetKeys } from './store/keys.ts';

/** How many keys one step checks. */
const KEYS_A_STEP = 500;

/** How long the walking process may be silent before another one takes over. */
const WALKER_MS = 30_000;

/** A process that was silent for longer than this is forgotten. */
const PROCESS_MS = 600_000;

export interface ReconcilerOptions {
  readonly redis: Redis;
  readonly keys: FleetKeys;
  readonly alarms: Alarms;
  readonly process: string;
  /** Milliseconds of the store's clock. */
  readonly now: () => number;
  readonly onRestored: (ids: readonly string[]) => void;
}

/**
 * Walks the records, one step at a time. Sets the alarms of workers whose job was lost, cleaned away or failed, and rings those
 * of workers that have unapplied events. One process of the fleet walks at a time; if it ends, another continues where it was.
 */
export function createReconciler(options: ReconcilerOptions): { step(): Promise<void> } {
  const { redis, keys, alarms, process, now, onRestored } = options;
  const own = `${process} ${randomBytes(6).toString('base64url')}`;
  return {
    step: async () => {
      const isFree = (await redis.set(keys.walker, own, 'PX', WALKER_MS, 'NX')) === 'OK';
      if (!isFree && (await redis.get(keys.walker)) !== own) return;
      await redis.pexpire(keys.walker, WALKER_MS);
      const at = (await redis.get(keys.walk)) ?? '0';
      const pattern = `${keys.records.replace(/[\\*?[\]]/g, '\\$&')}*`;
      const [next, found] = await redis.scan(at, 'MATCH', pattern, 'COUNT', KEYS_A_STEP);
      const ids = found.map((key) => key.slice(keys.records.length));
      const missing = await alarms.missing(ids);
      const unapplied = await withUnappliedEvents(ids);
      const restored = [...new Set([...missing, ...unapplied])];
      // A failed job would block a new one of the same id.
      for (const id of missing) await alarms.remove(id);
      await alarms.add(missing.map((id) => ({ id, time: now() })));
      for (const id of unapplied) await alarms.ring(id);
      await redis.set(keys.walk, next);
      if (next === '0') await forgetProcesses();
      if (restored.length > 0) onRestored(restored);
    },
  };

  /** Workers with unapplied events and no run under way that would apply them. */
  async function withUnappliedEvents(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.hmget(keys.record(id), 'events', 'lease');
    const replies = (await pipeline.exec()) ?? [];
    return ids.filter((_, index) => {
      const [events, lease] = (replies[index]?.[1] ?? []) as (string | null)[];
      return events != null && lease == null;
    });
  }

  async function forgetProcesses(): Promise<void> {
    const seen = await redis.hgetall(keys.processes);
    const gone = Object.entries(seen).filter(([, value]) => Number(value.split(' ')[0]) < now() - PROCESS_MS);
    for (const [name] of gone) {
      await redis.hdel(keys.processes, name);
      await redis.hdel(keys.acks, name);
    }
  }
}
