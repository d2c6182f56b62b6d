import { eventLine } from '../../explain/event-line.ts';
import { type ShownChain, statusOf } from '../../operations/worker-status.ts';
import { safeText } from '../../policy/safe-text.ts';
import type { SyncWorkerNotification } from '../../worker/notifications.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { PullMeter } from '../log/pull-meter.ts';
import { type LiveViewMemory, liveViewModel, type RunEnd } from './live-view-model.ts';
import { hasColour } from './paint.ts';
import { renderLiveView } from './render-live-view.ts';
import { openScreen, type TerminalStream } from './screen.ts';

export interface LiveViewOptions {
  readonly worker: Pick<SyncWorker, 'state' | 'peers' | 'why' | 'on'>;
  /** The view shows its head and count. */
  readonly chain?: ShownChain | undefined;
  readonly stream: TerminalStream;
  readonly env: NodeJS.ProcessEnv;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** Calls back a few times a second until the returned function is called. @default by setInterval, four times a second */
  readonly ticker?: ((draw: () => void) => () => void) | undefined;
  /** The pulls under way. */
  readonly progress?: Pick<PullMeter, 'reading'> | undefined;
}

/** A view of a worker that is redrawn in place. */
export interface LiveView {
  /** Prints permanent lines above the view. */
  print(text: string): void;
  /** Stops the view: the last one stays on the screen, and the cursor is shown again. */
  stop(): void;
}

/**
 * Whether a view can be redrawn in place: the stream is a terminal, and not a dumb one. A CI system may provide a terminal too,
 * but it keeps every byte of its output.
 */
export function canShowLiveView(
  stream: Pick<TerminalStream, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const isCi = !['', '0', 'false'].includes(env['CI'] ?? '');
  return stream.isTTY === true && env['TERM'] !== 'dumb' && !isCi;
}

/** How long a single event such as a failed save is shown. */
const NOTICE_SECONDS = 600;

/** Shows a worker on a terminal until it is stopped. */
export function startLiveView(options: LiveViewOptions): LiveView {
  const { worker, chain, stream, env, now, ticker = everyQuarterSecond, progress } = options;
  const colour = hasColour(stream, env);
  const screen = openScreen(stream);
  const memory = rememberEvents(worker, now);

  const draw = (): void => {
    const { runs, notice } = memory;
    const fresh = notice !== undefined && now() - notice.at < NOTICE_SECONDS ? notice : undefined;
    const model = liveViewModel(statusOf(worker, chain), { runs, notice: fresh, pull: progress?.reading() });
    screen.draw((room) => renderLiveView(model, { ...room, colour }));
  };
  const offEvents = worker.on('*', () => queueMicrotask(draw));
  const offTick = ticker(draw);
  draw();

  let isStopped = false;
  return {
    print: (text) => {
      screen.print(text);
      if (!isStopped) draw();
    },
    stop: () => {
      if (isStopped) return;
      isStopped = true;
      offTick();
      offEvents();
      draw();
      memory.stop();
      screen.close();
    },
  };
}

function everyQuarterSecond(draw: () => void): () => void {
  const timer = setInterval(draw, 250);
  return () => clearInterval(timer);
}

/** More runs than fit on the widest terminal. */
const MAX_RUNS = 200;
const MAX_NOTICE = 300;

/** A problem that needs attention and that neither a peer nor the countdown shows. */
const noticed: ReadonlySet<SyncWorkerNotification['type']> = new Set([
  'storage.failed',
  'storage.notice',
  'fault',
  'clock.jumped',
  'event.refused',
]);

/** Remembers the past events that the view shows. */
function rememberEvents(
  worker: Pick<SyncWorker, 'on' | 'why'>,
  now: () => number,
): Omit<LiveViewMemory, 'pull'> & { stop(): void } {
  const runs: RunEnd[] = [];
  let notice: LiveViewMemory['notice'];
  const ended = (end: RunEnd): void => {
    runs.push(end);
    if (runs.length > MAX_RUNS) runs.shift();
  };
  const stop = worker.on('*', (event) => {
    if (event.type === 'run.stuck') ended('stuck');
    if (event.type === 'run.finished') {
      const { lastOutcome } = event.state;
      if (lastOutcome !== 'idle' && lastOutcome !== 'running') ended(lastOutcome);
    }
    if (noticed.has(event.type)) {
      notice = { text: safeText(eventLine(event, worker.why).message, MAX_NOTICE), at: now() };
    }
  });
  return {
    runs,
    get notice() {
      return notice;
    },
    stop,
  };
}
