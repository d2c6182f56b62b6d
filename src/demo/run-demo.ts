import { systemClock } from '../clock/system-clock.ts';
import { systemRandom } from '../clock/system-ports.ts';
import { inspectWorker } from '../inspect/inspect-worker.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { DemoOptions } from './demo-options.ts';
import { createLineOutput } from './line-output.ts';
import { pullFromPeers } from './pull-from-peers.ts';
import { startTour, type Tour } from './tour.ts';
import { waitForEnd } from './wait-for-end.ts';
import type { DemoPorts, Session } from './watched-worker.ts';

const TICK_MILLISECONDS = 200;

const systemPorts: DemoPorts = { clock: systemClock, random: systemRandom };

/** The whole demo; gives the exit status. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const output = createLineOutput(process.stdout, process.env);
  const end = waitForEnd({ signals: process, stdout: process.stdout, seconds: options.seconds });
  const isTour = options.peers.length === 0;
  const session: Session | Tour = isTour
    ? await startTour(systemPorts, output)
    : await pullFromPeers(systemPorts, output, options.peers);
  const { worker } = session;
  const ticking = setInterval(worker.tick, TICK_MILLISECONDS);
  let inspection: Inspection | undefined;
  try {
    inspection = await inspect(session, options.inspect);
    for (const line of invitation(inspection)) worker.narrator.note(line);
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
    await inspection?.close();
    await session.stop();
  }
}

async function inspect(
  session: Session | Tour,
  wanted: DemoOptions['inspect'],
): Promise<Inspection | undefined> {
  if (wanted === undefined) return undefined;
  const { sync, chain } = session.worker;
  const faults = 'faults' in session ? { faults: session.faults } : {};
  return inspectWorker({ demo: sync }, { ...wanted, ...faults, chains: { demo: chain } });
}

function invitation(inspection: Inspection | undefined): readonly string[] {
  if (inspection === undefined) return [];
  return [`watch it at ${inspection.url}`, ...inspection.partUrls.map((url) => `or at ${url}`)];
}
