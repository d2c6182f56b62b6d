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

/** The whole program; gives the exit status. */
export async function runProgram(host: Host): Promise<number> {
  endBySignals(host);
  // Without a reader there is nowhere left to say it; what was to be done goes on, and its exit status stays.
  host.stderr.on('error', () => undefined);
  let unwritten: Error | undefined;
  host.stdout.on('error', (error: Error) => {
    unwritten ??= error;
  });
  try {
    await createProgram(host).parseAsync(host.argv);
    await new Promise<void>((written) => host.stdout.write('', () => written()));
    // Whoever read us may go away, as `head` does, or close the terminal: no fault of ours.
    if (unwritten === undefined || codeOf(unwritten) === 'EPIPE' || host.stdout.isTTY === true) return DONE;
    throw new CommandFailed(FAILED, `not all of the output could be written: ${unwritten.message}`);
  } catch (error) {
    const { status, line } = ending(error);
    if (line !== undefined) host.stderr.write(`error: ${safeText(line)}\n`);
    return status;
  }
}

/**
 * Ends process 1 of a container by the signals that end any other process: the system gives it only those that it handles. A
 * command that handles one itself has a listener beside this one.
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

/** The commands, ready to be parsed. */
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
