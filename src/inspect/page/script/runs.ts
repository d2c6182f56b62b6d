import type { RecordedLine, RecordingStart } from '../../recording/recording.ts';

const MAX_RUNS = 60;
/** Maximum number of attempts kept per run, the newest: a policy may allow any number of peers per run. */
const MAX_ATTEMPTS = 20;

/** One run, and the attempts it made. */
export interface Run {
  readonly startedAt: number;
  /** Null while it is under way. */
  readonly endedAt: number | null;
  readonly outcome: string;
  readonly attempts: readonly Attempt[];
}

/** One attempt at one peer. */
export interface Attempt {
  readonly peerUrl: string;
  readonly startedAt: number;
  /** Null while it is under way. */
  readonly durationSeconds: number | null;
  readonly outcome: string;
  /** Why it failed; '' if it did not. */
  readonly error: string;
}

/** The last runs of a recording, oldest first. */
export function runsOf(start: RecordingStart, lines: readonly RecordedLine[]): readonly Run[] {
  const runs: Run[] = [];
  const open = (): Run | undefined => (runs.at(-1)?.endedAt === null ? runs.at(-1) : undefined);
  const begin = (startedAt: number, attempts: readonly Attempt[] = []): void => {
    runs.push({ startedAt, endedAt: null, outcome: 'running', attempts });
  };
  const change = (attempts: (known: readonly Attempt[]) => readonly Attempt[]): void => {
    const run = open();
    if (run !== undefined) runs[runs.length - 1] = { ...run, attempts: attempts(run.attempts) };
  };
  const end = (outcome: string, endedAt: number): void => {
    const run = open();
    if (run === undefined) return;
    const attempts = run.attempts.map((attempt) =>
      attempt.outcome === 'running'
        ? { ...attempt, outcome, durationSeconds: Math.max(0, endedAt - attempt.startedAt) }
        : attempt,
    );
    runs[runs.length - 1] = { ...run, outcome, endedAt, attempts };
  };
  const { run } = start.context;
  if (run !== null) begin(run.startedAt, [attemptAt(run.peer.peerUrl, run.attemptStartedAt)]);
  for (const { at, emitted } of lines) {
    for (const { type, peerUrl = '', outcome = '', error = '', durationSeconds = 0 } of emitted) {
      if (type === 'run.started') {
        // A run that is still open was cut short by a stop, a crash or a failed chart.
        end('stuck', at);
        begin(at);
      } else if (type === 'attempt.started') {
        change((known) => [...known, attemptAt(peerUrl, at)].slice(-MAX_ATTEMPTS));
      } else if (type === 'attempt.finished') {
        change((known) =>
          known.map((attempt, index) =>
            index === known.length - 1 ? { ...attempt, outcome, error, durationSeconds } : attempt,
          ),
        );
      } else if (type === 'run.stuck') end('stuck', at);
      else if (type === 'run.withdrawn') end('withdrawn', at);
      else if (type === 'run.finished') {
        if (open() === undefined) begin(at);
        end(outcome, at);
      }
    }
  }
  return runs.slice(-MAX_RUNS);
}

function attemptAt(peerUrl: string, startedAt: number): Attempt {
  return { peerUrl, startedAt, durationSeconds: null, outcome: 'running', error: '' };
}
