import { createMachine } from 'xstate';
import { type Chart, readChart } from '../explain/read-chart.ts';
import type { ShownChain } from '../operations/worker-status.ts';
import { messageOf } from '../policy/thrown.ts';
import { describe } from '../policy/wire-fields.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { syncWorkerMachine } from '../worker/sync-worker-machine.ts';
import { timeOf } from '../worker/worker-time.ts';
import type { InspectorPart } from './inspector-part.ts';
import { createRecorder, type Recorder } from './recording/recorder.ts';
import type { Recording } from './recording/recording.ts';

/** Names that can be shown in a list, a URL and a log. */
const NAME = /^[^\p{C}\s](?:[^\p{C}]{0,98}[^\p{C}\s])?$/u;
/**
 * Lines kept for all workers together, and the bounds for one worker. An unwatched worker keeps so few that the garbage collector
 * frees them while they are young: objects that survive the young generation cost such a worker a third of its speed.
 */
const LINES = { all: 100_000, min: 20, unwatched: 100, max: 500 };

/** An inspected worker, or a recording, with what its viewers see. */
export interface Subject {
  readonly name: string;
  /** Undefined for a recording. */
  readonly worker: SyncWorker | undefined;
  readonly recorder: Pick<Recorder, 'pushed' | 'since' | 'observe'>;
  readonly chain: ShownChain | undefined;
  readonly chart: Chart;
  now(): number;
}

/** Callbacks for changes. */
export interface WatchedWorkersEvents {
  changed(subject: Subject): void;
  /** Workers were added or removed. */
  changedAll(): void;
}

/** The parsed chart, the same for all workers. */
export const workerChart: Chart = readChart(syncWorkerMachine);

/** A recording in place of a worker. @throws TypeError for a chart that XState cannot read */
export function recordedSubject(recording: Recording): Subject {
  const { start, lines } = recording;
  return {
    name: start.worker,
    worker: undefined,
    recorder: {
      pushed: lines.length,
      since: (number) => ({ start, lines: lines.slice(number) }),
      observe: () => () => undefined,
    },
    chain: undefined,
    chart: chartOf(recording),
    now: () => lines.at(-1)?.at ?? start.at,
  };
}

function chartOf({ start }: Recording): Chart {
  try {
    return readChart(createMachine(start.chart));
  } catch (cause) {
    throw new TypeError(`The recording has a chart that XState cannot read: ${messageOf(cause)}`, { cause });
  }
}

/** The inspected workers, by name. */
export class WatchedWorkers {
  readonly #subjects = new Map<string, Subject & { close(): void }>();
  readonly #parts: readonly InspectorPart[];
  readonly #events: WatchedWorkersEvents;

  constructor(parts: readonly InspectorPart[], events: WatchedWorkersEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  get names(): readonly string[] {
    return [...this.#subjects.keys()];
  }

  *[Symbol.iterator](): Generator<readonly [string, SyncWorker]> {
    for (const { name, worker } of this.#subjects.values()) if (worker !== undefined) yield [name, worker];
  }

  worker(name: string): SyncWorker | undefined {
    return this.#subjects.get(name)?.worker;
  }

  /** The worker with this name, or else the first. */
  subject(name: string): Subject | undefined {
    const [first] = this.#subjects.values();
    return this.#subjects.get(name) ?? first;
  }

  /** @throws TypeError for a name that is taken or cannot be shown, and for anything but a worker */
  add(name: string, worker: SyncWorker, chain: ShownChain | undefined): void {
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw new TypeError(
        `the name of the worker is ${describe(name)}; allowed are 1 to 100 characters without control characters`,
      );
    }
    if (this.#subjects.has(name)) {
      throw new TypeError(`a worker named ${describe(name)} is already inspected; remove it first`);
    }
    if (!isWorker(worker)) throw new TypeError(`${name} is ${describe(worker)}; allowed is a sync worker`);
    const maxLines = (isObserved: boolean): number => {
      const max = isObserved ? LINES.max : LINES.unwatched;
      return Math.max(LINES.min, Math.min(max, Math.floor(LINES.all / this.#subjects.size)));
    };
    const recorder = createRecorder(worker, name, { maxLines }, () => this.#events.changed(subject));
    const subject = {
      name,
      worker,
      recorder,
      chain,
      chart: workerChart,
      now: () => timeOf(worker),
      close: () => recorder.close(),
    };
    this.#subjects.set(name, subject);
    for (const part of this.#parts) part.add(name, worker);
    this.#events.changedAll();
  }

  remove(name: string): void {
    const subject = this.#subjects.get(name);
    if (subject === undefined) return;
    this.#subjects.delete(name);
    subject.close();
    for (const part of this.#parts) part.remove(name);
    this.#events.changedAll();
  }
}

/** Recognises a worker by its methods, because it may come from another copy of this package. */
export function isWorker(value: unknown): value is SyncWorker {
  return typeof value === 'object' && value !== null && 'why' in value && typeof value.why === 'function';
}
