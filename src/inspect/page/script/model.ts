import type { Chart } from '../../../explain/read-chart.ts';
import { explain, type Why } from '../../../explain/why.ts';
import type { WorkerContext } from '../../../schedule/worker-context.ts';
import type { InspectorView, WorkerCondition } from '../../inspector-view.ts';
import { applyChanges } from '../../recording/json-patch.ts';
import type { RecordedLine, Recording, RecordingStart } from '../../recording/recording.ts';
import { type Run, runsOf } from './runs.ts';

/** Lines that the page keeps of the watched worker. */
const MAX_LINES = 2000;
/** Lines are dropped in batches of this size. */
const SLACK = 200;

/** A line, with the context after it. */
export interface PageLine extends RecordedLine {
  /** Counts from 1, including dropped lines. */
  readonly number: number;
  readonly context: WorkerContext;
  readonly before: WorkerContext;
}

/** The worker at one moment: now, or after a line of the past. */
export interface Moment {
  readonly at: number;
  /** Whether it is the moment of a chosen line. */
  readonly isPast: boolean;
  /** The path of the innermost active state; '' if no actor is running. */
  readonly state: string;
  readonly context: WorkerContext;
  readonly why: Why;
  readonly condition: WorkerCondition;
  /** The last line that changed something. */
  readonly lastStep: PageLine | undefined;
  readonly runs: readonly Run[];
}

/** Everything that the page knows of the worker that it shows: a continuing recording. */
export class Model {
  view: InspectorView | undefined;
  lines: readonly PageLine[] = [];
  /** The number of the chosen line; undefined while the page follows the worker. */
  cursor: number | undefined;
  chart: Chart = { states: [], edges: [] };
  overview: InspectorView['overview'] = null;
  /** How many lines came too fast to be kept. */
  dropped = 0;
  #start: RecordingStart | undefined;
  #count = 0;
  #runs: { readonly upTo: number; readonly runs: readonly Run[] } | undefined;

  take(view: InspectorView): void {
    if (view.start === null && view.worker !== this.view?.worker) this.#start = undefined;
    if (view.start !== null) {
      const isSame = view.worker === this.view?.worker;
      this.#start = view.start;
      this.lines = [];
      this.#count = 0;
      this.dropped = isSame ? this.dropped + view.linesDropped : 0;
      // Line numbers restart, and the chosen line may be gone.
      if (view.source === 'live') this.cursor = undefined;
    }
    this.view = view;
    this.chart = view.chart ?? this.chart;
    this.overview = view.overview ?? this.overview;
    this.#runs = view.lines.length > 0 || view.start !== null ? undefined : this.#runs;
    let context = this.lines.at(-1)?.context ?? this.#start?.context;
    if (context === undefined || view.lines.length === 0) return;
    const taken: PageLine[] = [];
    for (const line of view.lines) {
      const before: WorkerContext = context;
      context = applyChanges(before, line.changes);
      this.#count += 1;
      taken.push({ ...line, number: this.#count, before, context });
    }
    const lines = [...this.lines, ...taken];
    const isTooLong = view.source === 'live' && lines.length > MAX_LINES + SLACK;
    const kept = isTooLong ? lines.slice(-MAX_LINES) : lines;
    const oldest = kept[0];
    if (isTooLong && oldest !== undefined && this.#start !== undefined) {
      this.#start = { ...this.#start, at: oldest.at, state: oldest.from, context: oldest.before };
      if (this.cursor !== undefined && this.cursor < oldest.number) this.cursor = oldest.number;
    }
    this.lines = kept;
  }

  line(number: number | undefined): PageLine | undefined {
    const first = this.lines[0]?.number ?? 0;
    return number === undefined ? undefined : this.lines[number - first];
  }

  /** Moves the cursor by a number of lines. Past the newest line, the page follows the worker again. */
  step(by: number): void {
    const newest = this.lines.at(-1)?.number ?? 0;
    const end = this.view?.source === 'replay' ? newest : newest + 1;
    const next = (this.cursor ?? end) + by;
    this.cursor = next > newest ? undefined : Math.max(this.lines[0]?.number ?? 1, next);
  }

  /** @param now the worker's time */
  moment(now: number): Moment | undefined {
    const { view } = this;
    const start = this.#start;
    if (view === undefined || start === undefined) return undefined;
    const newest = this.lines.at(-1);
    const chosen = this.line(this.cursor);
    const isPast = chosen !== undefined || view.source === 'replay';
    const line = chosen ?? newest;
    const context = line?.context ?? start.context;
    const state = line?.to ?? start.state;
    const at = isPast ? (line?.at ?? start.at) : now;
    const started = isPast ? state !== '' : view.started;
    const upTo = line?.number ?? 0;
    if (this.#runs?.upTo !== upTo) {
      const first = this.lines[0]?.number ?? 1;
      this.#runs = { upTo, runs: runsOf(start, this.lines.slice(0, upTo - first + 1)) };
    }
    return {
      at,
      isPast,
      state,
      context,
      why: explain(context, at, started),
      condition: conditionOf(context, started),
      lastStep: this.lines.findLast(
        ({ number, from, to, transitions }) => number <= upTo && (from !== to || transitions.length > 0),
      ),
      runs: this.#runs.runs,
    };
  }

  /** The lines of the page, as a recording. */
  get recording(): Recording | undefined {
    const lines = this.lines.map(({ number: _, context: __, before: ___, ...line }): RecordedLine => line);
    return this.#start === undefined ? undefined : { start: this.#start, lines };
  }
}

function conditionOf({ worker, stuckPeers }: WorkerContext, started: boolean): WorkerCondition {
  if (!started) return 'stopped';
  return stuckPeers.length > 0 ? 'stuck' : worker.lastOutcome;
}
