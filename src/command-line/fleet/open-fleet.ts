import type { Fleet, FleetOptions } from '../../fleet/index.ts';
import { readField } from '../../policy/thrown.ts';
import { CommandFailed, FAILED, USAGE } from '../exit-status.ts';
import type { Host } from '../host.ts';

/** What every command of a fleet is given. */
export interface FleetOptionsGiven {
  readonly redis: string;
  readonly name: string;
}

/** The entry of the fleet, loaded when it is needed: what it depends on is optional. @throws CommandFailed where that is not installed */
export async function loadFleet(): Promise<typeof import('../../fleet/index.ts')> {
  try {
    return await import('../../fleet/index.ts');
  } catch (cause) {
    if (readField(cause, 'code') !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new CommandFailed(
      FAILED,
      'a fleet needs the packages bullmq and ioredis; install them with: npm install bullmq ioredis',
      { cause },
    );
  }
}

/** Does something with a fleet, and disconnects. @throws CommandFailed where Redis is not there, or the options are wrong */
export async function openFleet(
  host: Host,
  given: FleetOptionsGiven,
  act: (fleet: Fleet) => Promise<void>,
  options: Omit<FleetOptions, 'connection' | 'name'> = {},
): Promise<void> {
  const fleet = await makeFleet(given, options);
  fleet.on('fault', ({ error }) => void host.stderr.write(`warning: ${error.message}\n`));
  try {
    await fleet.open().catch((error: unknown) => {
      if (readField(error, 'code') !== 'store_away') throw error;
      throw new CommandFailed(
        FAILED,
        `Redis cannot be reached (${String(readField(error, 'message'))}); name it with --redis or REDIS_URL`,
        { cause: error },
      );
    });
    await act(fleet);
  } finally {
    await fleet.close();
  }
}

async function makeFleet(
  { redis, name }: FleetOptionsGiven,
  options: Omit<FleetOptions, 'connection' | 'name'>,
): Promise<Fleet> {
  const { createFleet } = await loadFleet();
  try {
    return createFleet({ ...options, connection: redis, name });
  } catch (error) {
    if (error instanceof TypeError) throw new CommandFailed(USAGE, error.message, { cause: error });
    throw error;
  }
}
