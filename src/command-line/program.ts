import { constants } from 'node:os';
import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { safeText } from '../policy/safe-text.ts';
import { codeOf } from '../storage/disk/storage-errors.ts';
import { chain } from './commands/chain.ts';
import { chart } from './commands/chart.ts';
import { check } from './commands/check.ts';
import { demo } from './commands/demo.ts';
import { fleet } from './commands/fleet.ts';
import { messages } from './commands/messages.ts';
import { peer } from './commands/peer.ts';
import { peers } from './commands/peers.ts';
import { record, replay } from './commands/record.ts';
import { run } from './commands/run.ts';
import { simulate } from './commands/simulate.ts';
import { status, why } from './commands/status.ts';
import { syncNow } from './commands/sync-now.ts';
import { CommandFailed, DONE, ending, FAILED } from './exit-status.ts';
import type { Host } from './host.ts';

const STATUSES = `
Exit status: 0 done, 1 failed, 2 wrong usage or config, 3 data folder locked or unusable.`;

/** Runs the program. @returns the exit status */
export async function runProgram(host: Host): Promise<number> {
  endBySignals(host);
  // Without a reader of stderr there is nowhere to report errors; the command continues, and its exit status stays.
  host.stderr.on('error', () => undefined);
  let unwritten: Error | undefined;
  host.stdout.on('error', (error: Error) => {
    unwritten ??= error;
  });
  try {
    await createProgram(host).parseAsync(host.argv);
    await new Promise<void>((written) => host.stdout.write('', () => written()));
    // The reader of the output may end, as `head` does, or the terminal may be closed: that is not a failure.
    if (unwritten === undefined || codeOf(unwritten) === 'EPIPE' || host.stdout.isTTY === true) return DONE;
    throw new CommandFailed(FAILED, `not all of the output could be written: ${unwritten.message}`);
  } catch (error) {
    const { status, line } = ending(error);
    if (line !== undefined) host.stderr.write(`error: ${safeText(line)}\n`);
    return status;
  }
}

/**
 * Makes process 1 of a container exit on the usual signals: the system delivers to it only signals that it handles. A command
 * that handles a signal itself has a second listener for it.
 */
function endBySignals(host: Host): void {
  if (host.pid !== 1) return;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    host.on(signal, () => {
      if (host.listenerCount(signal) === 1) host.exit(128 + constants.signals[signal]);
    });
  }
}

/** In the order of the help. */
const commands = [
  run,
  status,
  why,
  syncNow,
  peers,
  peer,
  chain,
  messages,
  check,
  chart,
  record,
  replay,
  simulate,
  fleet,
  demo,
];

/** The parser with all commands. */
export function createProgram(host: Host): Command {
  const program = new Command('sync-worker')
    .description('A node of a mesh: pulls a shared chain from its peers, politely, and keeps it.')
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError('(add --help to see what is allowed)')
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
    })
    .addHelpText(
      'after',
      `${STATUSES}

Examples:
  sync-worker run --peer http://….onion --data ./sync-data
  sync-worker status --data ./sync-data
  sync-worker run --help`,
    );
  for (const add of commands) add(program, host);
  return program;
}
