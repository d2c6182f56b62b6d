import type { Fleet, FleetOptions } from '../../fleet/index.ts';
import { asError, readField } from '../../policy/thrown.ts';
import { CommandFailed, FAILED, USAGE } from '../exit-status.ts';
import type { Host } from '../host.ts';

/** The options of every fleet command. */
export interface FleetOptionsGiven {
  readonly redis: string;
  readonly name: string;
}

/**
 * Connects to a fleet, calls `act`, and disconnects.
 *
 * @throws CommandFailed if Redis or a package is missing, or an option is wrong
 */
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
      const code = readField(error, 'code');
      if (code === 'not_installed') throw new CommandFailed(USAGE, asError(error).message, { cause: error });
      if (code !== 'store_away') throw error;
      throw new CommandFailed(
        FAILED,
        `Redis cannot be reached (${asError(error).message}); name it with --redis or REDIS_URL`,
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
  const { createFleet } = await import('../../fleet/index.ts');
  try {
    return createFleet({ ...options, connection: redis, name });
  } catch (error) {
    if (error instanceof TypeError) throw new CommandFailed(USAGE, error.message, { cause: error });
    throw error;
  }
}
