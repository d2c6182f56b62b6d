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

/** Where the recordings of broken worlds are written, beneath the working directory; the environment may name another place. */
const FOLDER = 'sync-worker-recordings';

/** Longer waits are not lived through: the wall clock is set to their end. */
const LONGEST_PASSAGE_SECONDS = 600;

/** The last second of a `Date`. A wait beyond it, say by a jitter of 1e300, is one for ever. */
const END_OF_TIME = 8.64e12;

/** The most lines of a trace that an error shows: the last ones. */
const MAX_TRACE_LINES = 60;

/**
 * One worker on virtual time, with peers, a storage and a clock that misbehave as told. It drives the shipped `createSyncWorker`, and
 * is wholly determined by what it is given.
 */
export interface World extends AsyncDisposable {
  /** The worker under test; another one after a crash. */
  readonly worker: SyncWorker;
  /** Virtual time: for what your sync function or storage waits for. */
  readonly clock: WorldClock;
  /** Wall time in Unix seconds. */
  now(): number;
  /** Lets something happen, and settles. @param maxDeadlines of a passage of time: it ends after so many timers */
  happen(happening: Happening, maxDeadlines?: number): Promise<void>;
  /** Lets milliseconds pass, from deadline to deadline, with all that follows from each. */
  pass(ms: number): Promise<void>;
  /** Sets the wall clock on, or back, by so many seconds; the monotonic one stays as it is. */
  jump(seconds: number): Promise<void>;
  /** Passes to the next deadline. False if there is none. */
  step(): Promise<boolean>;
  /** Resolves when nothing is left to do at this moment of virtual time. */
  settle(): Promise<void>;
  /** Kills the process: what was not saved is lost. `restart()` brings it back. */
  crash(): void;
  /** A new process on the same storage, after so many virtual milliseconds; kills the old one if it still runs. */
  restart(downMs?: number): Promise<void>;
  /** Stops the worker in order, and lets the virtual time pass that this takes. */
  stop(): Promise<void>;
  /** Starts a worker that was stopped, or could not start. */
  start(): Promise<void>;
  /** From now on every scripted peer answers well, and the storage works. */
  heal(): void;
  /** What happened so far, a line an event, with the virtual time of each. */
  trace(): readonly string[];
  /** The same as a recording, for `writeRecording()` and `sync-worker replay`. */
  recording(): Recording;
  /** What did not hold so far, of all invariants. */
  breaches(): readonly Breach[];
  /** @throws WorldError with the trace, if one of these did not hold; all are meant if none is named */
  expect(...names: InvariantName[]): void;
  /** No peer was asked before the time that its last Retry-After named. @throws WorldError with the trace */
  expectPolite(): void;
  /**
   * From now on peers and storage are well: the worker must sync no later than a check of the clock after its next run is owed, or
   * be solo if there is nobody to sync with. Virtual time passes.
   *
   * @throws WorldError with the trace
   */
  expectLively(): Promise<void>;
  /** What was seen, thing by thing. @internal */
  readonly history: readonly HistoryEntry[];
  /** The policy folded over it. @internal */
  readonly fold: PolicyFold;
}

/** Something did not hold in a world. The message has the trace in words, and the command that plays it in the chart. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
  /** Which invariant: by its name, or `lively`. */
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
 * A world, in which the worker is started already.
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

/** Writes what was seen to a file, the newest of each invariant: while a property shrinks, the last is the smallest. */
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
  // One run may be under way that ends as it would have, and one may fail by what hung before.
  for (let turn = 0; turn < 3 && !hasSynced(); turn += 1) {
    if (fold().owedAt() > END_OF_TIME) return undefined;
    await passToEndOfNextRun(world, fold);
  }
  if (!hasSynced()) return 'a run was owed, and none ended well though every peer is well';
  const { lastOutcome } = world.worker.state;
  // With nobody left to ask it may be ok as well, by an attempt that was under way when the last peer was removed.
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
