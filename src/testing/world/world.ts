import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Recording, writeRecording } from '../../inspect/recording/recording.ts';
import { isSyncPeer } from '../../policy/peer-selection.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import { type Breach, createJudge, type InvariantName } from '../invariants/judge.ts';
import { LATE_SECONDS } from '../invariants/never-wedged.ts';
import type { PolicyFold } from '../invariants/policy-fold.ts';
import { type BareWorld, createBareWorld, type WorldOptions } from './create-world.ts';
import type { Happening } from './happening.ts';
import type { HistoryEntry } from './history.ts';
import { recordingOf } from './recording-of.ts';
import { timeText, traceOf } from './trace.ts';
import type { WorldClock } from './world-clock.ts';

/** Folder for the recordings of failures, in the working directory. `SYNC_WORKER_RECORDINGS` overrides it. */
const FOLDER = 'sync-worker-recordings';

/** Longer waits are skipped by setting the wall clock to their end. */
const LONGEST_PASSAGE_SECONDS = 600;

/** The last second of a `Date`. A wait beyond it, say by a jitter of 1e300, never ends. */
const END_OF_TIME = 8.64e12;

/** An error shows at most this many lines of the trace: the last ones. */
const MAX_TRACE_LINES = 60;

/**
 * One worker on virtual time, with scripted faults of peers, storage and clock. It drives the shipped `createSyncWorker` and is
 * deterministic.
 */
export interface World extends AsyncDisposable {
  /** The worker under test; a new one after a crash. */
  readonly worker: SyncWorker;
  /** Virtual time, for timers of your sync function or storage. */
  readonly clock: WorldClock;
  /** Wall time in Unix seconds. */
  now(): number;
  /** Lets something happen, and settles. @param maxDeadlines ends a passage of time early, after this many timers */
  happen(happening: Happening, maxDeadlines?: number): Promise<void>;
  /** Lets milliseconds pass, and settles at each deadline on the way. */
  pass(ms: number): Promise<void>;
  /** Sets the wall clock ahead, or back if `seconds` is negative. The monotonic clock does not change. */
  jump(seconds: number): Promise<void>;
  /** Runs the next timer. @returns false if there is none */
  step(): Promise<boolean>;
  /** Resolves when nothing is left to do at the current virtual time. */
  settle(): Promise<void>;
  /** Kills the process: what was not saved is lost. `restart()` starts a new one. */
  crash(): void;
  /** Starts a new process on the same storage after `downMs` virtual milliseconds; kills the old one if it still runs. */
  restart(downMs?: number): Promise<void>;
  /** Stops the worker in an orderly way, and lets the virtual time pass that this takes. */
  stop(): Promise<void>;
  /** Starts a worker that was stopped or failed to start. */
  start(): Promise<void>;
  /** From now on every scripted peer answers well, and the storage works. */
  heal(): void;
  /** What happened so far, one line per event, with its virtual time. */
  trace(): readonly string[];
  /** What happened so far as a recording, for `writeRecording()` and `sync-worker replay`. */
  recording(): Recording;
  /** All breaches of invariants so far. */
  breaches(): readonly Breach[];
  /** Checks the named invariants, or all. @throws WorldError with the trace if one was broken */
  expect(...names: InvariantName[]): void;
  /** Checks that no peer was asked before its last Retry-After was over. @throws WorldError with the trace */
  expectPolite(): void;
  /**
   * Heals peers and storage, lets virtual time pass, and checks that the worker syncs no later than a clock check after its next
   * run is due, or is solo if it has no peer.
   *
   * @throws WorldError with the trace
   */
  expectLively(): Promise<void>;
  /** Everything that was observed. @internal */
  readonly history: readonly HistoryEntry[];
  /** The policy folded over the history. @internal */
  readonly fold: PolicyFold;
}

/** An invariant was broken in a world. The message has the trace in words, and the command that plays it in the chart. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
  /** The name of the invariant, or `lively`. */
  readonly invariant: string;
  /** The file of the recording. */
  readonly recording: string;

  constructor(message: string, options: { readonly invariant: string; readonly recording: string }) {
    super(message);
    this.invariant = options.invariant;
    this.recording = options.recording;
  }
}

/**
 * Creates a world and starts its worker.
 *
 * @throws TypeError or RangeError for an option, naming it, its value and what is allowed
 */
export async function createWorld(options: WorldOptions): Promise<World> {
  const bare = await createBareWorld(options);
  const { history } = bare;
  const judge = createJudge(history, options.random ?? 0);

  const fail = (invariant: string, text: string, until: number): never => {
    const file = keepRecording(history, invariant);
    const trace = traceOf(history.slice(0, until));
    const left = trace.length - MAX_TRACE_LINES;
    const shown = left > 0 ? [`… ${left} lines before`, ...trace.slice(-MAX_TRACE_LINES)] : trace;
    const lines = [`${invariant}: ${text}`, '', ...shown, '', `Play it: npx sync-worker replay ${file}`];
    throw new WorldError(lines.join('\n'), { invariant, recording: file });
  };
  const expect = (...names: InvariantName[]): void => {
    const breach = judge.breaches().find(({ invariant }) => names.length === 0 || names.includes(invariant));
    if (breach === undefined) return;
    fail(breach.invariant, `${breach.text}, at ${timeText(breach.elapsed).trim()}`, breach.index + 1);
  };
  const { clock, now, happen, pass, jump, step, settle, crash, restart, stop, start, heal } = bare;
  return {
    get worker() {
      return bare.worker;
    },
    clock,
    now,
    happen,
    pass: (ms) => pass(ms),
    jump,
    step,
    settle,
    crash,
    restart,
    stop,
    start,
    heal,
    history,
    breaches: judge.breaches,
    trace: () => traceOf(history),
    recording: () => recordingOf(history, 'world'),
    expect,
    expectPolite: () => expect('polite'),
    expectLively: async () => {
      const problem = await passToGoodRun(bare, () => judge.fold);
      if (problem !== undefined) fail('lively', problem, history.length);
    },
    [Symbol.asyncDispose]: async () => bare.end(),
    get fold() {
      return judge.fold;
    },
  };
}

/** Writes the recording to one file per invariant. While a property shrinks, the last write is the smallest counterexample. */
function keepRecording(history: readonly HistoryEntry[], invariant: string): string {
  const folder = process.env['SYNC_WORKER_RECORDINGS'] || FOLDER;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${invariant}.ndjson`);
  writeFileSync(file, writeRecording(recordingOf(history, 'world')));
  return file;
}

/** @returns what is wrong, or undefined once the worker has synced */
async function passToGoodRun(world: BareWorld, fold: () => PolicyFold): Promise<string | undefined> {
  const { history } = world;
  const began = history.length;
  world.heal();
  await world.settle();
  if (!world.worker.isStarted) await world.restart();
  const hasSynced = (): boolean =>
    history
      .slice(began)
      .some(
        (entry) =>
          entry.kind === 'emitted' &&
          entry.event.type === 'run.finished' &&
          ['ok', 'solo'].includes(entry.event.state.lastOutcome),
      );
  // A run under way may still end badly, and the next may fail because of what hung before.
  for (let turn = 0; turn < 3 && !hasSynced(); turn += 1) {
    if (fold().owedAt() > END_OF_TIME) return undefined;
    await passToEndOfNextRun(world, fold);
  }
  if (!hasSynced()) return 'a run was due, but none ended well although every peer answers';
  const { lastOutcome } = world.worker.state;
  // Without peers the worker may also be ok: the last peer may have been removed during a good attempt.
  if (lastOutcome === 'ok' || (lastOutcome === 'solo' && !world.worker.peers.some(isSyncPeer)))
    return undefined;
  return `the worker is ${lastOutcome} in the end`;
}

async function passToEndOfNextRun(world: BareWorld, fold: () => PolicyFold): Promise<void> {
  const { history } = world;
  const began = history.length;
  const hasEnded = (): boolean =>
    history
      .slice(began)
      .some((entry) => entry.kind === 'emitted' && /^run\.(finished|withdrawn)/.test(entry.event.type));
  const wait = fold().owedAt() - world.now();
  if (wait > LONGEST_PASSAGE_SECONDS) await world.jump(wait);
  else if (wait > 0) await world.pass(wait * 1000);
  const end = world.clock.monotonic() + LATE_SECONDS * 1000;
  while (!hasEnded() && world.clock.monotonic() < end && (await world.step()));
}
