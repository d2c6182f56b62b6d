import type { EventEmitter } from 'node:events';
import { systemClock } from '../clock/system-clock.ts';
import { systemNow, systemRandom } from '../clock/system-ports.ts';
import type { Host } from '../command-line/host.ts';
import { durationText } from '../explain/time-text.ts';
import { createInfonetSync, createMemoryChain } from '../infonet/index.ts';
import { inspectWorker } from '../inspect/inspect-worker.ts';
import type { Inspection, InspectOptions } from '../inspect/inspection.ts';
import { defaultPolicy, type SyncPolicy } from '../policy/sync-policy.ts';
import { createSyncWorker } from '../worker/create-sync-worker.ts';
import { openShow } from './show.ts';
import { prepareTour, type Tour, tourPolicy } from './tour.ts';

/** What the demo is to show. */
export interface DemoOptions {
  /** URLs of real peers to pull from; none: the tour. */
  readonly peers: readonly string[];
  /** Undefined to run until a signal. */
  readonly seconds: number | undefined;
  /** Options of the inspector's page; undefined for none. */
  readonly inspect: Omit<InspectOptions, 'chains' | 'faults'> | undefined;
}

/** A real worker that pulls a real chain, verified and kept in memory, with an introduction to print first. */
type Session = Pick<Tour, 'worker' | 'chain' | 'begin' | 'stop'> &
  Partial<Pick<Tour, 'faults'>> & { readonly introduction: readonly string[] };

const ports = { clock: systemClock, random: systemRandom };

/** Runs the demo. @returns the exit status */
export async function runDemo(host: Host, { peers, seconds, inspect }: DemoOptions): Promise<number> {
  const { stdout: stream, env } = host;
  const end = waitForEnd({ signals: process, stdout: stream, seconds });
  const { worker, chain, faults, introduction, ...session } =
    peers.length === 0 ? await tourSession() : realPeers(peers);
  stream.write(`${introduction.join('\n')}\n\n`);
  const show = openShow({ worker, chain, stream, env, now: systemNow });
  const note = (text: string): void => show.print(`── ${text}`);
  const broken = new Promise<never>((_, reject) => worker.on('fault', ({ error }) => reject(error)));
  let inspection: Inspection | undefined;
  try {
    // Before the start, so that the page shows the worker from its first event.
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

async function tourSession(): Promise<Session> {
  const tour = await prepareTour(ports);
  const peers = Object.values(tour.peers).map(({ label, url }) => `${label.padEnd(6)} ${url}`);
  return {
    ...tour,
    introduction: [
      'infonet-sync-worker at work: the real statechart over real HTTP. Ctrl-C stops it.',
      `  peers   ${peers.join('\n          ')}`,
      `  policy  ${policyText(tourPolicy)} (seconds here for minutes)`,
    ],
  };
}

/** Real peers, with the default policy. The operator named them explicitly, so their network is allowed. */
function realPeers(peers: readonly string[]): Session {
  const chain = createMemoryChain();
  const sync = createInfonetSync({ chain, allowClearnet: true });
  const worker = createSyncWorker({ ...ports, sync, peers });
  return {
    worker,
    chain,
    introduction: [
      'infonet-sync-worker, pulling from real peers. Ctrl-C stops it.',
      `  policy  ${policyText(defaultPolicy)}`,
      '  events  each one verified; kept in memory, from genesis on',
    ],
    begin: () => worker.start(),
    stop: () => worker.stop(),
  };
}

function policyText(policy: SyncPolicy): string {
  const { intervalSeconds, failureBackoffSeconds, failureBackoffCapSeconds, stuckAfterSeconds } = policy;
  return [
    `a run every ${durationText(intervalSeconds)}`,
    `after failures ${durationText(failureBackoffSeconds)} doubling to ${durationText(failureBackoffCapSeconds)}`,
    `stuck after ${durationText(stuckAfterSeconds)}`,
  ].join(', ');
}

export interface EndOptions {
  /** Emits SIGINT and SIGTERM. */
  readonly signals: EventEmitter;
  readonly stdout: EventEmitter;
  /** Undefined to run until a signal. */
  readonly seconds: number | undefined;
}

/** Resolves with the reason to end; rejects if the output cannot be written. @internal */
export function waitForEnd({ signals, stdout, seconds }: EndOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // Not `once`: under npm, Ctrl-C arrives twice, from the terminal and from npm, and the second one would kill the process.
    signals.on('SIGINT', () => resolve('Stopped'));
    signals.on('SIGTERM', () => resolve('Stopped'));
    // EPIPE: the reader of the output has ended, as in `npm start | head`.
    stdout.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' ? resolve('Stopped') : reject(error),
    );
    if (seconds !== undefined) setTimeout(() => resolve('Ended'), seconds * 1000).unref();
  });
}
