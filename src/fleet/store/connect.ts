import { Redis } from 'ioredis';
import type { FleetConnection } from '../fleet-options.ts';
import { MAX_RETRY_MS } from './store.ts';

/** How long a command may take before the store counts as away. */
const COMMAND_MS = 5000;

/** Delay after the first failed attempt to connect; it doubles with each further one. */
const FIRST_RETRY_MS = 50;

const retryStrategy = (times: number): number => Math.min(FIRST_RETRY_MS * 2 ** (times - 1), MAX_RETRY_MS);

/** A connection whose commands fail at once while the store is away: the callers know which of them to retry. */
export function connectStore(connection: FleetConnection): Redis {
  return connect(connection, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_MS,
  });
}

/** A connection as BullMQ requires it: commands wait until the store is back. */
export function connectEngine(connection: FleetConnection): Redis {
  return connect(connection, { maxRetriesPerRequest: null });
}

function connect(connection: FleetConnection, options: Record<string, unknown>): Redis {
  const own = { ...options, lazyConnect: true, retryStrategy };
  return typeof connection === 'string' ? new Redis(connection, own) : new Redis({ ...connection, ...own });
}
