import { explain } from '../explain/why.ts';
import type { SyncOutcome } from '../policy/sync-worker-state.ts';
import type { AttemptResult } from '../schedule/attempt.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';
import type { SyncWorkerNotification } from '../worker/notifications.ts';
import { durationText } from './duration-text.ts';
import type { LineOutput } from './line-output.ts';
import { createPaint } from './paint.ts';
import { failureText } from './result-text.ts';
import { createTally } from './tally.ts';
import { waitReason } from './wait-reason.ts';

/** Tells a worker's life in lines: time, state, peer, why, and when the next run is due. */
export interface Narrator {
  /** What happens around the worker. */
  note(text: string): void;
  /** The state the worker starts in. */
  begin(context: WorkerContext): void;
  /** What the worker told, with its context right after. */
  tell(event: SyncWorkerNotification, context: WorkerContext): void;
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
  let whyRunning = 'the first run';
  let lastAttempt: { readonly peerUrl: string; readonly result: AttemptResult } | undefined;

  const nameOf = (peerUrl: string): string => labels.get(peerUrl) || peerUrl;
  const inFull = (peerUrl: string): string => {
    const label = labels.get(peerUrl) ?? '';
    if (label === '') return peerUrl;
    return output.width() < WIDE ? label : `${peerUrl} (${label})`;
  };
  const line = (state: SyncOutcome, peerUrl: string, ...facts: readonly string[]): void => {
    tally.see(state);
    const column = Math.max(0, ...[...labels.keys()].map((url) => inFull(url).length));
    const peer = (peerUrl === '' ? '-' : inFull(peerUrl)).padEnd(column);
    output.print(`${timeOfDay(now())}  ${paint(state, state.padEnd(7))}  ${peer}  ${facts.join(' · ')}`);
  };
  const nextRun = (context: WorkerContext): string => {
    const why = explain(context, now());
    if (why.rule === 'due') return 'next run now';
    const reason = waitReason(why, context.policy, nameOf);
    return `next run in ${durationText(why.nextRunAt - why.at)}${reason === '' ? '' : ` (${reason})`}`;
  };
  const taken = (head: string): string => {
    const before = eventsBefore;
    eventsBefore = events();
    return `${eventsBefore - before} new, ${eventsBefore} events in all, head ${head.slice(0, 8) || 'none'}`;
  };
  const outcome = (): string => {
    if (lastAttempt === undefined) return '';
    const { result } = lastAttempt;
    return result.outcome === 'ok' ? taken(result.head) : failureText(result);
  };

  return {
    note: (text) => output.print(paint('faint', `── ${text}`)),
    begin: (context) => line(context.worker.lastOutcome, '', 'never ran', nextRun(context)),
    tell: (event, context) => {
      switch (event.type) {
        case 'run.started':
          lastAttempt = undefined;
          break;
        case 'attempt.started': {
          tally.countAttempt();
          const failedOver = lastAttempt && `${nameOf(lastAttempt.peerUrl)}: ${outcome()}`;
          line('running', event.peerUrl, ...(failedOver ? [failedOver, 'failing over'] : [whyRunning]));
          whyRunning = 'due';
          break;
        }
        case 'attempt.finished':
          lastAttempt = event;
          break;
        case 'run.stuck':
          tally.countStuck();
          whyRunning = 'a new run after the stuck one';
          line('running', event.peerUrl, stuckText(context));
          break;
        case 'run.finished': {
          const { lastOutcome, lastPeerUrl } = event.state;
          if (lastOutcome === 'solo') line('solo', '', 'no peer to ask', nextRun(context));
          else {
            tally.countRun();
            line(lastOutcome, lastPeerUrl, outcome(), nextRun(context));
          }
          break;
        }
        case 'peers.changed':
          if (context.worker.lastOutcome === 'solo') whyRunning = 'there is a peer again';
          break;
        case 'event.refused':
          output.print(`an event was refused: ${event.reason}`);
          break;
        case 'clock.jumped':
          output.print(
            `the clock was set, or the machine slept: it is ${durationText(event.seconds)} further`,
          );
      }
    },
    countDown: (context) => {
      const { worker, run, policy } = context;
      const lasted = durationText(now() - worker.lastSyncStartedAt);
      const asking = `asking ${nameOf(run?.peer.peerUrl ?? '')}, ${lasted} of ${durationText(policy.stuckAfterSeconds)}`;
      output.live(`${worker.lastOutcome} · ${run === null ? nextRun(context) : asking} · Ctrl-C stops`);
    },
    summary: () => tally.summary(now()),
  };
}

function stuckText({ policy }: WorkerContext): string {
  return `STUCK, no answer within ${durationText(policy.stuckAfterSeconds)} · attempt aborted`;
}

function timeOfDay(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}
