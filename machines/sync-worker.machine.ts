import { assign, type DoneActorEvent, type ErrorActorEvent, emit, fromPromise, setup } from 'xstate';
import { safeReadings } from '../src/clock/safe-readings.ts';
import { systemNow, systemRandom, systemReport } from '../src/clock/system-ports.ts';
import type { SyncOutcome } from '../src/policy/sync-worker-state.ts';
import { type AttemptResult, describeFailure, runAttempt } from '../src/schedule/attempt.ts';
import {
  refusal,
  withContact,
  withPeers,
  withPolicy,
  withRequest,
  withReset,
} from '../src/schedule/event-steps.ts';
import { isStuck, type NextMove, nextMove, planLook, untilNextLook } from '../src/schedule/next-move.ts';
import { followingPeer } from '../src/schedule/next-peer.ts';
import { createWorkerContext, type WorkerContext, type WorkerInput } from '../src/schedule/worker-context.ts';
import type { SyncWorkerEmitted, SyncWorkerEvent } from '../src/schedule/worker-events.ts';
import * as steps from '../src/schedule/worker-steps.ts';
import type { AttemptInput, SyncWorkerMachine, SyncWorkerPorts } from './sync-worker.contract.ts';

/**
 * The chart of a sync worker. One machine serves any number of workers: what a worker starts from is its input, and
 * a machine of its own would cost each worker more than all the rest.
 *
 * Starting an actor throws nothing; a bad policy, peer or state in its input puts the actor in status 'error', with a
 * RangeError or TypeError that names the field.
 */
export function createSyncWorkerMachine(ports: SyncWorkerPorts = {}): SyncWorkerMachine {
  const { sync = mustBeProvided, report = systemReport } = ports;
  const { now, random } = safeReadings({
    now: ports.now ?? systemNow,
    random: ports.random ?? systemRandom,
    report,
  });

  // A transition reads the clock once: its guard looks, and its actions act on what the guard saw. With a second
  // reading, a clock set back between the two would let the action ask nobody, or somebody too early.
  let seen = 0;
  const look = (): number => {
    seen = now();
    return seen;
  };
  const move = (context: WorkerContext, event: SyncWorkerEvent): NextMove['kind'] =>
    nextMove(withRequest(steps.countLook(context), event), look()).kind;

  const chart = setup({
    types: {
      context: {} as WorkerContext,
      events: {} as SyncWorkerEvent,
      emitted: {} as SyncWorkerEmitted,
      input: {} as WorkerInput | undefined,
    },
    actors: {
      attempt: fromPromise<AttemptResult, AttemptInput>(({ input, signal }) =>
        runAttempt(sync, input.peer, { signal, head: input.head, now, worker: input.worker }),
      ),
    },
    guards: {
      lastOutcomeWas: ({ context }, outcome: SyncOutcome) => context.worker.lastOutcome === outcome,
      isTimeToRun: ({ context, event }) => move(context, event) === 'run',
      hasNoPeer: ({ context, event }) => move(context, event) === 'solo',
      isStuck: ({ context }) => isStuck(steps.countLook(context), look()),
      isGood: (_, result: AttemptResult) => result.outcome === 'ok',
      isFork: (_, result: AttemptResult) => result.outcome === 'fork',
      canFailOver: ({ context }) => followingPeer(context, look()) !== undefined,
      isWellFormed: ({ event }) => refusal(event) === undefined,
    },
    delays: {
      untilDue: ({ context }) => untilNextLook(context, now()),
      untilStuck: ({ context }) => untilNextLook(context, now()),
    },
    actions: {
      beginRun: assign(({ context, event }) =>
        planLook({ ...context, ...steps.beginRun(withRequest(context, event), seen) }, seen),
      ),
      failOver: assign(({ context }, result: AttemptResult) =>
        planLook(steps.failOver(context, result, seen), seen),
      ),
      endRun: assign(({ context }, result: AttemptResult) => steps.endRun(context, result, now(), random())),
      abandonRun: assign(({ context }) => steps.abandonRun(context, seen)),
      goSolo: assign(({ context }) => steps.goSolo(context, seen)),
      countLook: assign(({ context }) => planLook(steps.countLook(context), seen)),
      rememberRequest: assign(({ context, event }) => withRequest(context, event)),
      takePeers: assign(({ context, event }) => withPeers(context, event, now())),
      forgetBackoff: assign(({ context, event }) => withContact(context, event, now())),
      forgive: assign(({ context, event }) => withReset(context, event, now())),
      takePolicy: assign(({ context, event }) => withPolicy(context, event)),
      emitRunStarted: emit(({ context }) => ({ type: 'run.started', state: context.worker }) as const),
      emitAttemptStarted: emit(
        ({ context }) => ({ type: 'attempt.started', peerUrl: context.run?.peer.peerUrl ?? '' }) as const,
      ),
      emitAttemptFinished: emit(
        ({ context: { lastAsked, peers } }, result: AttemptResult) =>
          ({ type: 'attempt.finished', peerUrl: lastAsked, result, peers }) as const,
      ),
      emitRunStuck: emit(
        ({ context: { lastAsked, peers } }) => ({ type: 'run.stuck', peerUrl: lastAsked, peers }) as const,
      ),
      emitRunFinished: emit(({ context }) => ({ type: 'run.finished', state: context.worker }) as const),
      emitPeersChanged: emit(({ context }) => ({ type: 'peers.changed', peers: context.peers }) as const),
      emitPolicyChanged: emit(({ context }) => ({ type: 'policy.changed', policy: context.policy }) as const),
      emitRefusal: emit(({ event }) => ({ type: 'event.refused', reason: refusal(event) ?? '' }) as const),
    },
  });

  const toRun = {
    guard: 'isTimeToRun',
    target: '#syncWorker.running',
    actions: ['beginRun', 'emitRunStarted', 'emitAttemptStarted'],
  } as const;
  const toSolo = {
    guard: 'hasNoPeer',
    target: '#syncWorker.solo',
    reenter: true,
    actions: ['goSolo', 'emitRunFinished'],
  } as const;
  const refuse = { actions: 'emitRefusal' } as const;
  /** What is told from outside counts in every state; a wait goes on after it, its delay read afresh. */
  const told = <Way extends object>(way: Way) => {
    const news = { ...way, guard: 'isWellFormed' } as const;
    return {
      'peers.changed': [{ ...news, actions: ['takePeers', 'emitPeersChanged'] }, refuse],
      'peer.seen': [{ ...news, actions: ['forgetBackoff', 'emitPeersChanged'] }, refuse],
      'peer.reset': [{ ...news, actions: ['forgive', 'emitPeersChanged'] }, refuse],
      'policy.changed': [{ ...news, actions: ['takePolicy', 'emitPolicyChanged'] }, refuse],
    } as const;
  };

  /** A state in which no run is under way: it leaves when due or asked, and else waits on, its delay read afresh. */
  const waiting = <Outcome extends Exclude<SyncOutcome, 'running'>>(
    outcome: Outcome,
    description: string,
  ) => {
    const waitOn = { target: `#syncWorker.${outcome}`, reenter: true } as const;
    return {
      description,
      after: { untilDue: [toRun, toSolo, waitOn] },
      on: {
        'sync.requested': [toRun, toSolo, { ...waitOn, actions: 'rememberRequest' }],
        ...told(waitOn),
      },
    } as const;
  };

  const result = ({ event }: { event: DoneActorEvent<AttemptResult> }): AttemptResult => event.output;
  const failure = ({ event }: { event: ErrorActorEvent }): AttemptResult => describeFailure(event.error);
  const endRun = <Params>(params: Params) =>
    [{ type: 'endRun', params }, { type: 'emitAttemptFinished', params }, 'emitRunFinished'] as const;
  const failOver = <Params>(params: Params) =>
    ({
      guard: 'canFailOver',
      target: 'attempting',
      reenter: true,
      actions: [{ type: 'failOver', params }, { type: 'emitAttemptFinished', params }, 'emitAttemptStarted'],
    }) as const;

  return chart.createMachine({
    id: 'syncWorker',
    description: 'Keeps a copy of a shared chain by pulling from one peer after another.',
    context: ({ input }) => createWorkerContext(input),
    initial: 'idle',
    states: {
      idle: {
        ...waiting('idle', 'Never ran. Also the way in: a restored worker goes on from here.'),
        always: [
          { guard: { type: 'lastOutcomeWas', params: 'running' }, target: '#syncWorker.running.abandoned' },
          { guard: { type: 'lastOutcomeWas', params: 'ok' }, target: 'ok' },
          { guard: { type: 'lastOutcomeWas', params: 'error' }, target: 'error' },
          { guard: { type: 'lastOutcomeWas', params: 'fork' }, target: 'fork' },
          { guard: { type: 'lastOutcomeWas', params: 'solo' }, target: 'solo' },
        ],
      },
      running: {
        description: 'One run. A request made now is answered by the run under way.',
        initial: 'attempting',
        on: told({}),
        states: {
          attempting: {
            description: 'One attempt at one peer; leaving this state aborts it.',
            invoke: {
              src: 'attempt',
              input: ({ context, self }) => ({
                peer: context.run?.peer,
                head: context.worker.currentHead,
                worker: self,
              }),
              onDone: [
                {
                  guard: { type: 'isGood', params: result },
                  target: '#syncWorker.ok',
                  actions: endRun(result),
                },
                {
                  guard: { type: 'isFork', params: result },
                  target: '#syncWorker.fork',
                  actions: endRun(result),
                },
                failOver(result),
                { target: '#syncWorker.error', actions: endRun(result) },
              ],
              onError: [failOver(failure), { target: '#syncWorker.error', actions: endRun(failure) }],
            },
            initial: 'pending',
            states: {
              pending: {
                description: 'Looks at the clock until the run is stuck.',
                after: {
                  untilStuck: [
                    {
                      guard: 'isTimeToRun',
                      target: '#syncWorker.running',
                      reenter: true,
                      actions: [
                        'abandonRun',
                        'emitRunStuck',
                        'beginRun',
                        'emitRunStarted',
                        'emitAttemptStarted',
                      ],
                    },
                    {
                      guard: 'hasNoPeer',
                      target: '#syncWorker.solo',
                      actions: ['abandonRun', 'emitRunStuck', 'goSolo', 'emitRunFinished'],
                    },
                    {
                      guard: 'isStuck',
                      target: '#syncWorker.running.abandoned',
                      actions: ['abandonRun', 'emitRunStuck'],
                    },
                    { target: 'pending', reenter: true, actions: 'countLook' },
                  ],
                },
              },
            },
          },
          abandoned: {
            description:
              'A run without an attempt: one that a crash left, or a stuck one with nobody to ask.',
            after: {
              untilStuck: [toRun, toSolo, { target: 'abandoned', reenter: true, actions: 'countLook' }],
            },
          },
        },
      },
      ok: waiting('ok', 'The last run ended well.'),
      error: waiting('error', 'The last run failed.'),
      fork: waiting('fork', 'The chain of the peer does not extend ours; nothing is merged.'),
      solo: waiting('solo', 'There is no enabled sync peer at all.'),
    },
  });
}

/** The machine on the system's clock, to look at and to provide an `attempt` to. */
export const syncWorkerMachine: SyncWorkerMachine = createSyncWorkerMachine();

function mustBeProvided(): never {
  throw new Error('sync must be provided');
}
