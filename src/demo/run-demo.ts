import { systemClock } from '../clock/system-clock.ts';
import { systemNow, systemRandom } from '../clock/system-ports.ts';
import type { Host } from '../command-line/host.ts';
import { inspectWorker } from '../inspect/inspect-worker.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { DemoOptions } from './demo-options.ts';
import { type DemoPorts, realPeers } from './session.ts';
import { openShow } from './show.ts';
import { prepareTour } from './tour.ts';
import { waitForEnd } from './wait-for-end.ts';

const systemPorts: DemoPorts = { clock: systemClock, random: systemRandom };

/** The whole demo; gives the exit status. */
export async function runDemo(host: Host, { peers, seconds, inspect }: DemoOptions): Promise<number> {
  const { stdout: stream, env } = host;
  const end = waitForEnd({ signals: process, stdout: stream, seconds });
  const session = peers.length === 0 ? await prepareTour(systemPorts) : realPeers(systemPorts, peers);
  const { worker, chain, faults } = session;
  stream.write(`${session.introduction.join('\n')}\n`);
  const show = openShow({ worker, chain, stream, env, now: systemNow });
  const note = (text: string): void => show.print(`── ${text}`);
  const broken = new Promise<never>((_, reject) => worker.on('fault', ({ error }) => reject(error)));
  let inspection: Inspection | undefined;
  try {
    // The page shows a worker from its beginning.
    if (inspect !== undefined) {
      const given = { ...inspect, ...(faults && { faults }), chains: { demo: chain } };
      inspection = await inspectWorker({ demo: worker }, given);
      note(`watch it at ${inspection.url}`);
      for (const url of inspection.partUrls) note(`or at ${url}`);
    }
    await session.begin(note);
    const why = await Promise.race([end, broken]);
    show.close();
    stream.write(`\n${why} ${show.summary()}\n`);
    return 0;
  } catch (error) {
    show.close();
    console.error('The demo broke:', error);
    return 1;
  } finally {
    await inspection?.close();
    await session.stop();
  }
}
