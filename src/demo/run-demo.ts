import { systemNow, systemRandom } from '../clock/system-ports.ts';
import { type DemoArguments, HELP, readArguments } from './arguments.ts';
import { createLineOutput } from './line-output.ts';
import { pullFromPeers } from './pull-from-peers.ts';
import { startTour } from './tour.ts';
import { waitForEnd } from './wait-for-end.ts';
import type { DemoPorts } from './watched-worker.ts';

const TICK_MILLISECONDS = 200;

const systemPorts: DemoPorts = {
  now: systemNow,
  random: systemRandom,
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** The whole program; gives the exit status. */
export async function runDemo(args: readonly string[]): Promise<number> {
  let wanted: DemoArguments;
  try {
    wanted = readArguments(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  if (wanted.help) {
    console.log(HELP);
    return 0;
  }
  const output = createLineOutput(process.stdout, process.env);
  const end = waitForEnd({ signals: process, stdout: process.stdout, seconds: wanted.seconds });
  const session =
    wanted.peers.length === 0
      ? await startTour(systemPorts, output)
      : pullFromPeers(systemPorts, output, wanted.peers);
  const { worker } = session;
  const ticking = setInterval(worker.tick, TICK_MILLISECONDS);
  try {
    const why = await Promise.race([end, worker.broken]);
    output.clear();
    output.print(`\n${why} ${worker.narrator.summary()}`);
    return 0;
  } catch (error) {
    output.clear();
    console.error('The demo broke:', error);
    return 1;
  } finally {
    clearInterval(ticking);
    await session.stop();
  }
}
