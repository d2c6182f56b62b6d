import { createPaint } from '../command-line/live-view/paint.ts';
import { eventLine, nextRunText } from '../explain/event-line.ts';
import { durationText } from '../explain/time-text.ts';
import { explain, type Why } from '../explain/why.ts';
import { safeText } from '../policy/safe-text.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';
import type { SyncWorkerNotification } from '../worker/notifications.ts';
import type { LineOutput } from './line-output.ts';
import { createTally } from './tally.ts';

/** Shows a worker's life in lines: time, state, peer, and what happened. */
export interface Narrator {
  /** What happens around the worker. */
  note(text: string): void;
  /** The state the worker starts in. */
  begin(context: WorkerContext): void;
  /** An event of the worker, with its context right after. */
  show(event: SyncWorkerNotification, context: WorkerContext): void;
  /** The last line of a terminal: what the worker is at, counting down. */
  countDown(context: WorkerContext): void;
  /** What was seen so far. */
  summary(): string;
}

export interface NarratorOptions {
  readonly output: LineOutput;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** How many events the worker has taken so far. */
  readonly events: () => number;
  /** Labels of the peers, by URL; '' for a peer without one. */
  readonly labels: ReadonlyMap<string, string>;
}

/** From this width on a line has room for a peer's URL beside its label. */
const WIDE = 140;

export function createNarrator(options: NarratorOptions): Narrator {
  const { output, now, events, labels } = options;
  const paint = createPaint(output.inColour);
  const tally = createTally(now());
  let eventsBefore = 0;

  const withLabels = (text: string): string =>
    [...labels].reduce((named, [url, label]) => (label === '' ? named : named.replaceAll(url, label)), text);
  const inFull = (peerUrl: string): string => {
    const label = withLabels(peerUrl);
    return output.width() < WIDE || label === peerUrl ? label : `${peerUrl} (${label})`;
  };
  const print = (state: SyncOutcome, peerUrl: string, text: string): void => {
    tally.see(state);
    const column = Math.max(0, ...[...labels.keys()].map((url) => inFull(url).length));
    const peer = (peerUrl === '' ? '-' : inFull(peerUrl)).padEnd(column);
    const time = new Date(now() * 1000).toTimeString().slice(0, 8);
    output.print(`${time}  ${paint(state, state.padEnd(7))}  ${peer}  ${safeText(withLabels(text))}`);
  };
  const taken = (): string => {
    const before = eventsBefore;
    eventsBefore = events();
    return `${eventsBefore - before} new, ${eventsBefore} events in all`;
  };

  return {
    note: (text) => output.print(paint('faint', `── ${text}`)),
    begin: (context) => {
      // A run that began at once has its own line.
      if (context.run === null) print(context.worker.lastOutcome, '', nextRunText(explain(context, now())));
    },
    show: (event, context) => {
      const why = (): Why => explain(context, now());
      const { level, message } = eventLine(event, why);
      switch (event.type) {
        case 'attempt.started':
          tally.count('attempts');
          return print('running', event.peerUrl, message);
        case 'attempt.finished':
          // What went well is shown with the end of its run.
          return level === 'debug' ? undefined : print('running', event.peerUrl, message);
        case 'run.stuck':
          tally.count('stuck');
          return print('running', event.peerUrl, message);
        case 'run.finished': {
          const { lastOutcome, lastPeerUrl } = event.state;
          if (lastOutcome !== 'solo') tally.count('runs');
          const news = lastOutcome === 'ok' ? `${taken()} · ` : '';
          return print(lastOutcome, lastOutcome === 'solo' ? '' : lastPeerUrl, `${news}${message}`);
        }
        default:
          if (level === 'warn' || level === 'error') output.print(message);
      }
    },
    countDown: (context) => {
      const { worker, run, policy } = context;
      const lasted = durationText(now() - worker.lastSyncStartedAt);
      const asking = `asking ${run?.peer.peerUrl ?? ''}, ${lasted} of ${durationText(policy.stuckAfterSeconds)}`;
      const what = run === null ? nextRunText(explain(context, now())) : asking;
      output.live(`${worker.lastOutcome} · ${withLabels(what)} · Ctrl-C stops`);
    },
    summary: () => tally.summary(now()),
  };
}
