import { createMachine, interpret, invoke, reduce, state, transition } from 'robot3';
import { type BenchWorld, type Contender, STUCK_LOOK_SECONDS } from './contender.ts';
import { begin, finishBadly, finishWell, firstKept, type Kept, untilDue } from './hand-written-policy.ts';

/** robot3 with the same folds. It has no delays and no abort, so both are done by hand around it. */
export function startRobotMachine({ clock, sync }: BenchWorld): Contender {
  const now = (): number => clock.now() / 1000;
  let kept = firstKept();
  let stuck: unknown;
  const attempt = (): Promise<string> => {
    const controller = new AbortController();
    stuck = clock.setTimeout(() => controller.abort(), STUCK_LOOK_SECONDS * 1000);
    return sync().then(({ head }) => {
      controller.signal.throwIfAborted();
      return head;
    });
  };
  const waiting = state(
    transition(
      'due',
      'running',
      reduce((context: Kept) => begin(context, now())),
    ),
  );
  const machine = createMachine(
    'idle',
    {
      idle: waiting,
      running: invoke(
        attempt,
        transition(
          'done',
          'ok',
          reduce((context: Kept, event: { data: string }) => finishWell(context, event.data, now())),
        ),
        transition(
          'error',
          'error',
          reduce((context: Kept, event: { error: unknown }) =>
            finishBadly(context, String(event.error), now()),
          ),
        ),
      ),
      ok: waiting,
      error: waiting,
      fork: waiting,
      solo: waiting,
    },
    () => kept,
  );
  const waitOn = (): void => {
    clock.setTimeout(() => service.send('due'), untilDue(kept, now()));
  };
  const service = interpret(machine, (changed) => {
    kept = changed.context as unknown as Kept;
    if (changed.machine.current === 'running') return;
    clock.clearTimeout(stuck);
    waitOn();
  });
  waitOn();
  return { isWaiting: () => service.machine.current === 'ok' };
}
