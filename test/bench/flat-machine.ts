import { assign, createActor, fromPromise, setup } from 'xstate';
import { type BenchWorld, type Contender, INTERVAL_SECONDS, STUCK_LOOK_SECONDS } from './contender.ts';

/** The bare machine with its six states side by side: the difference is what nesting costs. */
export function startFlatMachine({ clock, sync }: BenchWorld): Contender {
  const waiting = { after: { untilDue: { target: 'running', actions: 'count' } } } as const;
  const machine = setup({
    types: { context: {} as { transitions: number } },
    actors: { attempt: fromPromise(sync) },
    delays: { untilDue: () => INTERVAL_SECONDS * 1000, untilStuck: () => STUCK_LOOK_SECONDS * 1000 },
    actions: { count: assign(({ context }) => ({ transitions: context.transitions + 1 })) },
  }).createMachine({
    context: { transitions: 0 },
    initial: 'idle',
    states: {
      idle: waiting,
      running: {
        invoke: {
          src: 'attempt',
          onDone: { target: 'ok', actions: 'count' },
          onError: { target: 'error', actions: 'count' },
        },
        after: { untilStuck: { target: 'running', reenter: true, actions: 'count' } },
      },
      ok: waiting,
      error: waiting,
      fork: waiting,
      solo: waiting,
    },
  });
  const actor = createActor(machine, { clock }).start();
  return { isWaiting: () => actor.getSnapshot().value === 'ok' };
}
