import { canShowLiveView, startLiveView } from '../command-line/live-view/live-view.ts';
import type { TerminalStream } from '../command-line/live-view/screen.ts';
import { eventLine } from '../explain/event-line.ts';
import { durationText } from '../explain/time-text.ts';
import type { ChainStore } from '../infonet/index.ts';
import { safeText } from '../policy/safe-text.ts';
import { type SyncOutcome, syncOutcomes } from '../policy/sync-worker-state.ts';
import type { SyncWorkerNotification } from '../worker/notifications.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** Shows a worker: on a terminal by the command's live view, elsewhere line by line. */
export interface Show {
  /** Prints a separate line. */
  print(text: string): void;
  /** A summary of what happened so far. */
  summary(): string;
  close(): void;
}

export interface ShowOptions {
  readonly worker: SyncWorker;
  readonly chain: ChainStore;
  readonly stream: TerminalStream;
  readonly env: NodeJS.ProcessEnv;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
}

export function openShow(options: ShowOptions): Show {
  const { worker, stream, env, now } = options;
  const view = canShowLiveView(stream, env) ? startLiveView(options) : printEvents(options);
  const beganAt = now();
  const seen = new Set<SyncOutcome>([worker.state.lastOutcome]);
  const counts = { runs: 0, stuck: 0, attempts: 0 };
  const off = worker.on('*', (event) => {
    seen.add(event.type === 'run.finished' ? event.state.lastOutcome : worker.state.lastOutcome);
    if (event.type === 'run.finished' && event.state.lastOutcome !== 'solo') counts.runs += 1;
    if (event.type === 'run.stuck') counts.stuck += 1;
    if (event.type === 'attempt.started') counts.attempts += 1;
  });
  return {
    print: view.print,
    summary: () => {
      const states = syncOutcomes.filter((state) => seen.has(state));
      return [
        `after ${durationText(now() - beganAt)}`,
        `states seen: ${states.join(' ')} (${states.length} of ${syncOutcomes.length})`,
        `runs: ${counts.runs} finished, ${counts.stuck} stuck`,
        `attempts: ${counts.attempts}`,
      ].join(' · ');
    },
    close: () => {
      off();
      view.stop();
    },
  };
}

const shown: ReadonlySet<SyncWorkerNotification['type']> = new Set([
  'attempt.started',
  'run.stuck',
  'run.finished',
]);

function printEvents({ worker, chain, stream, now }: ShowOptions): Pick<Show, 'print'> & { stop(): void } {
  const print = (text: string): void => void stream.write(`${text}\n`);
  const withLabels = (text: string): string =>
    worker.peers.reduce((named, { peerUrl, label }) => named.replaceAll(peerUrl, label || peerUrl), text);
  const stop = worker.on('*', (event) => {
    const { level, message } = eventLine(event, worker.why);
    if (!shown.has(event.type) && level !== 'warn' && level !== 'error') return;
    const state = worker.state.lastOutcome;
    const time = new Date(now() * 1000).toTimeString().slice(0, 8);
    const news = event.type === 'run.finished' && state === 'ok' ? `${chain.count()} events · ` : '';
    print(`${time}  ${state.padEnd(7)}  ${news}${safeText(withLabels(message))}`);
  });
  return { print, stop };
}
