import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Fleet, FleetSyncFunction } from '../../fleet/index.ts';
import { messageOf } from '../../policy/thrown.ts';
import { describe } from '../../policy/wire-fields.ts';
import { CommandFailed, USAGE } from '../exit-status.ts';
import type { Host } from '../host.ts';
import { loggerOf } from '../log/create-logger.ts';
import { watchForEnd } from '../run/wait-for-end.ts';
import { pick, policyKeys, type Settings } from '../settings/settings.ts';
import { logFleetEvent } from './log-fleet-event.ts';
import { type FleetOptionsGiven, openFleet } from './open-fleet.ts';

/** The options of `fleet work`. */
export interface FleetWorkGiven extends FleetOptionsGiven {
  readonly concurrency: number;
  readonly atOnce: number;
  readonly spacingMs: number;
  readonly drainSeconds: number;
}

export interface WorkOnFleetOptions {
  readonly host: Host;
  readonly settings: Settings;
  /** The file with the sync function. */
  readonly module: string;
  readonly given: FleetWorkGiven;
}

/** Works on a fleet until a signal. */
export async function workOnFleet(options: WorkOnFleetOptions): Promise<void> {
  const { host, settings, module, given } = options;
  const sync = await loadSync(resolve(host.cwd(), module));
  const { concurrency, atOnce, spacingMs, drainSeconds } = given;
  const policy = pick(settings, policyKeys);
  const logger = loggerOf(host, settings);
  const watch = watchForEnd(host);
  const act = async (fleet: Fleet): Promise<void> => {
    const { serveFleet } = await import('../../fleet/index.ts');
    fleet.on('*', (event) => logFleetEvent(logger, event));
    const server = settings.http === false ? undefined : await serveFleet({ fleet, port: settings.http });
    if (server !== undefined) {
      const text = `${server.url}/status, /why?id=, /healthz and /metrics`;
      logger.info({ event: 'fleet.http', url: server.url }, text);
    }
    if (settings.inspect !== false) {
      const { url } = await fleet.inspect({ port: settings.inspect });
      logger.info({ event: 'fleet.inspector', url }, `inspect it at ${url}`);
    }
    const work = fleet.work({ concurrency, drainSeconds });
    logger.info(
      { event: 'fleet.started', pid: host.pid, name: given.name, concurrency },
      `process ${host.pid} works on the fleet ${given.name}, ${concurrency} runs at a time`,
    );
    const end = await watch.end;
    logger.info({ event: 'fleet.stopping' }, `stops; runs under way have ${drainSeconds} s`);
    await work.stop();
    await server?.close();
    if (end.kind === 'fault') throw end.error;
  };
  try {
    await openFleet(host, given, act, { sync, policy, perPeer: { atOnce, spacingMs } });
  } finally {
    watch.stop();
  }
}

/** @throws CommandFailed if the module cannot be loaded or has no sync function */
async function loadSync(path: string): Promise<FleetSyncFunction> {
  const module: Record<string, unknown> = await import(pathToFileURL(path).href).catch((cause: unknown) => {
    throw new CommandFailed(USAGE, `the module ${path} cannot be loaded: ${messageOf(cause)}`, { cause });
  });
  const { sync, exclude } = module;
  if (typeof sync !== 'function') {
    throw new CommandFailed(
      USAGE,
      `the module ${path} exports sync as ${describe(sync)}; allowed is a function`,
    );
  }
  // Its results are checked at each call, like those of any user's function.
  const own = sync as FleetSyncFunction;
  if (typeof exclude !== 'function') return own;
  const ask: FleetSyncFunction = (peer, options) => own(peer, options);
  return Object.assign(ask, { exclude: exclude as NonNullable<FleetSyncFunction['exclude']> });
}
