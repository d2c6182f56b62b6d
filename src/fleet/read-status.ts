import { type SyncOutcome, syncOutcomes } from '../policy/sync-worker-state.ts';
import type { Engine } from './engine.ts';
import type { FleetStatus } from './fleet.ts';
import type { FleetKeys } from './store/keys.ts';

/** Maximum number of closed gates that a status lists. */
const MAX_GATES = 100;

export interface StatusParts extends Pick<Engine, 'store' | 'alarms'> {
  readonly name: string;
  readonly keys: FleetKeys;
}

/** Reads the current counts of a fleet from the store. @throws FleetError */
export async function readStatus({ name, keys, store, alarms }: StatusParts): Promise<FleetStatus> {
  await store.refresh();
  const [counts, processes, quiet, [, closedCount, closed]] = await Promise.all([
    store.redis.hgetall(keys.counts),
    store.redis.hgetall(keys.processes),
    store.redis.hget(keys.meta, 'quiet'),
    store.call('closed', [keys.closed], [keys.gates, MAX_GATES]),
  ]);
  const states = Object.fromEntries(
    syncOutcomes.map((outcome) => [outcome, Number(counts[outcome] ?? 0)]),
  ) as Record<SyncOutcome, number>;
  const now = store.time.now();
  const { paused, ...alarmCounts } = await alarms.counts();
  return {
    name,
    at: now / 1000,
    workers: Object.values(states).reduce((all, count) => all + count, 0),
    states,
    alarms: alarmCounts,
    paused,
    processes: Object.entries(processes).map(([who, value]) => {
      const [seenAt = '0', ...about] = value.split(' ');
      return { process: who, about: about.join(' '), seenAt: Number(seenAt) / 1000 };
    }),
    closedGates: { count: Number(closedCount), longest: readGates(closed) },
    quietUntil: Number(quiet ?? 0) > now ? Number(quiet) / 1000 : 0,
  };
}

/** @param reply a flat list of origin, time at which its gate opens, and the header that closed it */
function readGates(reply: unknown): FleetStatus['closedGates']['longest'] {
  if (!Array.isArray(reply)) return [];
  return Array.from({ length: reply.length / 3 }, (_, index) => ({
    origin: String(reply[3 * index]),
    closedUntil: Number(reply[3 * index + 1]) / 1000,
    header: String(reply[3 * index + 2]),
  }));
}
