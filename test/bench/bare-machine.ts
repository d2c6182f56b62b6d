import { type AnyStateMachine, assign, createActor, fromPromise, setup } from 'xstate';
import { type BenchWorld, type Contender, INTERVAL_SECONDS, STUCK_LOOK_SECONDS } from './contender.ts';

export function startBareMachine({ clock, sync }: BenchWorld): Contender {
  const actor = createActor(createBareMachine(sync), { clock }).start();
  return { isWaiting: () => actor.getSnapshot().value === 'ok' };
}

/** The worker's states, delays and invoked promise with a trivial assign a transition: no guard, emit or policy. */
export function createBareMachine(sync: BenchWorld['sync']): AnyStateMachine {
  const toRun = { target: '#bare.running', actions: 'count' } as const;
  const waiting = { after: { untilDue: toRun } } as const;
  return setup({
    types: { context: {} as { transitions: number } },
    actors: { attempt: fromPromise(sync) },
    delays: { untilDue: () => INTERVAL_SECONDS * 1000, untilStuck: () => STUCK_LOOK_SECONDS * 1000 },
    actions: { count: assign(({ context }) => ({ transitions: context.transitions + 1 })) },
  }).createMachine({
    id: 'bare',
    context: { transitions: 0 },
    initial: 'idle',
    states: {
      idle: waiting,
      running: {
        initial: 'attempting',
        states: {
          attempting: {
            invoke: {
              src: 'attempt',
              onDone: { target: '#bare.ok', actions: 'count' },
              onError: { target: '#bare.error', actions: 'count' },
            },
            initial: 'pending',
            states: { pending: { after: { untilStuck: { ...toRun, reenter: true } } } },
          },
          abandoned: { after: { untilStuck: toRun } },
        },
      },
      ok: waiting,
      error: waiting,
      fork: waiting,
      solo: waiting,
    },
  });
}
