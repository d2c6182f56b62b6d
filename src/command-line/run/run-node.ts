import { CommandFailed, FAILED } from '../exit-status.ts';
import type { Host } from '../host.ts';
import { type GivenSettings, resolveSettings } from '../settings/resolve-settings.ts';
import { createClosers } from './closers.ts';
import { reloadNode } from './reload-node.ts';
import { type Node, startNode } from './start-node.ts';
import { type End, watchForEnd } from './wait-for-end.ts';

/** How long a reader of the log that has stopped to read holds up the end, in milliseconds. */
const LAST_LINES_MS = 2_000;

/**
 * A node, until something ends it.
 *
 * @throws what kept it from starting, or CommandFailed where it ended by a fault
 */
export async function runNode(host: Host, given: GivenSettings): Promise<void> {
  let resolved = await resolveSettings(given);
  const closers = createClosers();
  const watch = watchForEnd(host);
  let reloads = Promise.resolve();
  let node: Node | undefined;
  const reload = (): void => {
    // One after the other, and none before there is a node.
    reloads = reloads.then(async () => {
      if (node !== undefined) resolved = await reloadNode(node, given, resolved);
    });
  };
  host.on('SIGHUP', reload);
  try {
    const starting = startNode(host, resolved, closers);
    const first = await Promise.race([starting, watch.end]);
    // What is broken may never come to its start; a signal waits for it, so that all is closed in order.
    if ('kind' in first && first.kind === 'fault') throw faultOf(first.error);
    node = await starting;
    const end = await watch.end;
    host.off('SIGHUP', reload);
    await reloads;
    reportEnd(node, end);
    const failures = await closers.closeAll();
    if (end.kind === 'fault') throw faultOf(end.error);
    // The end that a hangup is meant to have. Node cannot exit by itself without its terminal: it aborts.
    if (end.kind === 'terminal') host.kill(host.pid, 'SIGHUP');
    if (failures.length > 0) throw new CommandFailed(FAILED, `not all was closed: ${failures.join('; ')}`);
    node.reporter.info({ event: 'node.stopped' }, 'stopped');
  } finally {
    host.off('SIGHUP', reload);
    await closers.closeAll();
    watch.stop();
    // What waits in a pipe that nobody reads keeps the process alive.
    setTimeout(() => host.exit(), LAST_LINES_MS).unref();
  }
}

function faultOf(error: Error): CommandFailed {
  const message = `a fault of the program: ${error.message}; what was synced is saved, so start it again`;
  return new CommandFailed(FAILED, message, { cause: error });
}

function reportEnd({ reporter }: Node, end: End): void {
  switch (end.kind) {
    case 'signal':
      reporter.info(
        { event: 'node.stopping', signal: end.signal },
        `${end.signal}: stops; a second signal ends it at once`,
      );
      break;
    case 'terminal':
      reporter.info({ event: 'node.stopping' }, 'the terminal was closed: stops');
      break;
    default:
      reporter.error(
        { event: 'node.fault', stack: end.error.stack },
        `a fault of the program: ${end.error.message}: stops`,
      );
  }
}
