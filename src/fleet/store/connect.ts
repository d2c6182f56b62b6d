import { Redis } from 'ioredis';
import { asError } from '../../policy/thrown.ts';
import { describe, isRecord } from '../../policy/wire-fields.ts';
import { FleetError } from '../fleet-errors.ts';
import type { FleetConnection } from '../fleet-options.ts';

/** How long a command may take before the store counts as away, in milliseconds. */
const COMMAND_MS = 5000;

/** Between two tries to connect, in milliseconds. */
const RETRY_MS = { first: 50, most: 1000 };

/**
 * For so long after the store came back nobody is asked, in milliseconds: every process has connected by then, and has told what its
 * peers answered meanwhile.
 */
export const SETTLE_MS: number = 2 * RETRY_MS.most;

const retryStrategy = (times: number): number => Math.min(RETRY_MS.first * 2 ** (times - 1), RETRY_MS.most);

/** A connection whose commands fail at once while the store is away: the callers know what is to be tried again. */
export function connectStore(connection: FleetConnection): Redis {
  return connect(connection, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_MS,
  });
}

/** A connection as BullMQ wants it: commands wait until the store is back. */
export function connectEngine(connection: FleetConnection): Redis {
  return connect(connection, { maxRetriesPerRequest: null });
}

function connect(connection: FleetConnection, options: Record<string, unknown>): Redis {
  const own = { ...options, lazyConnect: true, retryStrategy };
  if (typeof connection === 'string' && connection !== '') return new Redis(connection, own);
  if (isRecord(connection)) return new Redis({ ...connection, ...own });
  throw new TypeError(
    `connection is ${describe(connection)}; allowed is redis://host:port, the path of a socket, or the options of ioredis`,
  );
}

/** What a failed command says, as ours. */
export function asStoreError(cause: unknown): Error {
  const { name, message } = asError(cause);
  if (
    name === 'ReplyError' &&
    !/^(?:LOADING|READONLY|MASTERDOWN|OOM|MISCONF|CLUSTERDOWN|TRYAGAIN|BUSY)/.test(message)
  ) {
    return new FleetError('malformed', `Redis refused a command: ${message}`, { cause });
  }
  return new FleetError('store_away', `Redis does not do what it is asked: ${message}`, { cause });
}
