import { systemReport } from '../clock/system-ports.ts';
import type { WallClock } from '../clock/wall-clock.ts';
import { PeerSyncLocalError } from '../policy/errors.ts';
import { asError } from '../policy/thrown.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import { decide } from '../schedule/decide.ts';
import { createWorkerContext, type WorkerInput } from '../schedule/worker-context.ts';
import type { AttemptFinished, SyncWorkerEmitted } from '../schedule/worker-events.ts';
import { createAttemptControl } from './attempt-control.ts';
import { onAbort } from './on-abort.ts';
import { type RunOnceOptions, readRunOnceOptions, type SavedRun } from './run-once-options.ts';
import { answerInTime } from './saver.ts';
import { stopInOrder } from './stop-in-order.ts';
import { createWorkerActor } from './worker-actor.ts';

/** How one call of `runOnce` ended. */
export interface OneRun<Details = unknown> {
  /** Pass this to the next call: the ten fields, the peers with their marks, and when the run ended. */
  readonly saved: SavedRun;
  readonly ended: RunEnding;
  /** The earliest time at which another call can do anything, in Unix seconds with a fraction. */
  readonly nextAt: number;
  /** The attempts that finished, in order, including those that a gate held. */
  readonly attempts: readonly Pick<AttemptFinished<Details>, 'peerUrl' | 'result'>[];
}

/** How the run of one call ended. */
export type RunEnding =
  /** The run ended as `saved.state.lastOutcome` says: ok, error, fork, or solo if there is no peer to ask. */
  | 'finished'
  /** A gate held every peer, or the signal aborted the run. No failure is counted. */
  | 'withdrawn'
  /**
   * The run was stuck, or its sync function did not end after the abort. The state is `running`, as after a crash: the next
   * call waits out the rest of the run's time, and asks other peers first.
   */
  | 'unfinished'
  /** No run was due yet: no peer was asked. */
  | 'waiting';

/**
 * Exactly one run of the chart, for a program with its own scheduler (cron, a queue), by the same rules as a worker: takes the
 * saved state, returns the state to save next. If no run is due, no peer is asked. It leaves no timer or handle behind.
 *
 * Two calls for one worker must not overlap. `spreadRatio` lengthens the interval here, but does not delay the start.
 *
 * @throws RangeError for a policy option; TypeError for any other option, a peer or a field of `saved`, naming it, its value
 * and what is allowed; the reason of a signal that has already aborted
 */
export async function runOnce<Details = unknown>(options: RunOnceOptions<Details>): Promise<OneRun<Details>> {
  const { before, policy, request, parts, save, signal } = readRunOnceOptions(options);
  signal?.throwIfAborted();
  const { sync, gate, clock, random, inspect } = parts;
  const now = (): number => clock.now() / 1000;
  const input: WorkerInput = { ...before, policy, request, isStart: false };

  let saved: SavedRun = before;
  const finished: Pick<AttemptFinished, 'peerUrl' | 'result'>[] = [];
  const attempts = createAttemptControl({
    sync,
    gate,
    clock,
    recorded: () => (save === undefined ? undefined : record(save, saved, clock)),
    fault: (cause) => systemReport(asError(cause)),
  });
  attempts.open();

  let ending: RunEnding | undefined;
  let settle: (ended: RunEnding) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<RunEnding>((resolve, reject) => {
    settle = (how) => {
      ending ??= how;
      resolve(how);
    };
    fail = reject;
  });
  const onEvent = (event: SyncWorkerEmitted): void => {
    // After a stuck run the chart begins another one, which does not belong to this call.
    if (ending !== undefined) return;
    saved = {
      ...saved,
      ...('state' in event ? { state: event.state } : {}),
      ...('peers' in event ? { peers: event.peers } : {}),
    };
    if (event.type === 'attempt.finished') finished.push({ peerUrl: event.peerUrl, result: event.result });
    if (event.type === 'run.stuck') settle('unfinished');
    if (event.type === 'run.finished' || event.type === 'run.withdrawn') {
      saved = { ...saved, endedAt: actor.current?.getSnapshot().context.endedAt ?? saved.endedAt };
      settle(event.type === 'run.finished' ? 'finished' : 'withdrawn');
    }
  };
  const onlyThisRun: SyncFunction = (peer, given) =>
    ending === undefined ? attempts.sync(peer, given) : new Promise(() => undefined);
  const actor = createWorkerActor({
    clock,
    random,
    sync: onlyThisRun,
    inspect,
    onEvent,
    onFailure: (error) => {
      attempts.abort(error);
      fail(new Error('The chart failed', { cause: error }));
      return input;
    },
  });

  const offAbort = onAbort(signal, () => {
    stopInOrder(attempts, actor, now).then(() => settle('unfinished'), fail);
  });
  try {
    actor.begin(input);
    if (actor.current?.getSnapshot().context.run === null) settle('waiting');
    const how = await ended;
    return {
      saved,
      ended: how,
      nextAt: nextAt({ ...saved, policy, isStart: false }, now()),
      // The details come from the caller's sync function, so they have its type.
      attempts: finished as OneRun<Details>['attempts'],
    };
  } finally {
    offAbort();
    actor.end();
  }
}

/** When the next call can do anything: at the due time, or later when the first peer may be asked. */
function nextAt(input: WorkerInput, now: number): number {
  const context = createWorkerContext(input);
  for (let at = now; ; ) {
    const { kind, until } = decide(context, at, () => 0).context.decision;
    if (kind !== 'wait' || until <= at) return at;
    at = until;
  }
}

async function record(
  save: NonNullable<RunOnceOptions['save']>,
  saved: SavedRun,
  clock: WallClock,
): Promise<void> {
  try {
    await answerInTime((async () => save(saved))(), 'a save', clock);
  } catch (cause) {
    if (cause instanceof PeerSyncLocalError) throw cause;
    throw new PeerSyncLocalError('the run could not be saved', { cause });
  }
}
