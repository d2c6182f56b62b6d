import { assign, emit, enqueueActions, fromPromise, raise, setup } from 'xstate';
import {
  attemptTimeout,
  delayOf,
  refusedEvent,
  resultOf,
  stuckTimeout,
} from '../src/schedule/chart-values.ts';
import { decide } from '../src/schedule/decide.ts';
import { type AttemptInput, runAttempt } from '../src/schedule/run-attempt.ts';
import * as run from '../src/schedule/run-steps.ts';
import * as update from '../src/schedule/update-steps.ts';
import { createWorkerContext, type WorkerContext, type WorkerInput } from '../src/schedule/worker-context.ts';
import type { ChartEvent, SyncWorkerEmitted } from '../src/schedule/worker-events.ts';
import type { SyncWorkerChart, SyncWorkerPorts } from './sync-worker.contract.ts';

/**
 * The chart of a sync worker. One machine serves any number of workers; each worker starts from its input.
 *
 * Starting an actor never throws: a bad policy, peer or state in its input puts the actor in status 'error', with a
 * RangeError or TypeError that names the field.
 *
 * @internal The package exports it with the system's clock and randomness as defaults.
 */
export function createSyncWorkerChart({ sync, now, random }: SyncWorkerPorts): SyncWorkerChart {
  return setup({
    types: {
      context: {} as WorkerContext,
      events: {} as ChartEvent,
      emitted: {} as SyncWorkerEmitted,
      input: {} as WorkerInput | undefined,
      tags: {} as 'waiting' | 'running',
    },
    actors: {
      attempt: fromPromise<unknown, AttemptInput>(({ input, signal }) =>
        runAttempt(sync, input, { now, signal }),
      ),
    },
    guards: {
      wasRunning: ({ context }) => context.worker.lastOutcome === 'running',
      wasOk: ({ context }) => context.worker.lastOutcome === 'ok',
      wasError: ({ context }) => context.worker.lastOutcome === 'error',
      wasFork: ({ context }) => context.worker.lastOutcome === 'fork',
      wasSolo: ({ context }) => context.worker.lastOutcome === 'solo',
      isTimeToRun: ({ context }) => context.decision.kind === 'run',
      hasNoPeer: ({ context }) => context.decision.kind === 'solo',
      hasStuckAttempt: ({ context }) => context.run !== null,
      succeeded: ({ context, event }) => resultOf(context, event).outcome === 'ok',
      forked: ({ context, event }) => resultOf(context, event).outcome === 'fork',
      wasHeldByAll: ({ context }) => context.run?.failure?.outcome === 'held',
    },
    delays: {
      startDelay: ({ context }) => delayOf(context.decision),
      interval: ({ context }) => delayOf(context.decision),
      backoff: ({ context }) => delayOf(context.decision),
      cooldown: ({ context }) => delayOf(context.decision),
      stuckTimeout: ({ context }) => stuckTimeout(context),
      attemptTimeout: ({ context }) => attemptTimeout(context),
    },
    actions: {
      decide: enqueueActions(({ context, enqueue }) => {
        const { context: decided, isBounded, clockBehindSeconds } = decide(context, now(), random);
        enqueue.assign(decided);
        const { worker: state, peers } = decided;
        if (isBounded) enqueue.emit({ type: 'waits.bounded', clockBehindSeconds, state, peers });
      }),
      beginRun: assign(({ context }) => run.beginRun(context)),
      recordAttempt: assign(({ context, event }) => run.recordAttempt(context, resultOf(context, event))),
      failOver: assign(({ context }) => run.failOver(context)),
      endRun: assign(({ context, event }) => run.endRun(context, resultOf(context, event), random())),
      failRun: assign(({ context }) => run.failRun(context, random())),
      recordStuckRun: assign(({ context }) => run.recordStuckRun(context)),
      recordAbandonedRun: assign(({ context }) => run.recordAbandonedRun(context)),
      withdrawRun: assign(({ context, event }) => run.withdrawRun(context, event)),
      goSolo: assign(({ context }) => run.goSolo(context, random())),
      rememberRequest: assign(({ context, event }) => update.rememberRequest(context, event)),
      takePeers: assign(({ context, event }) => update.takePeers(context, event)),
      noteContact: assign(({ context, event }) => update.noteContact(context, event)),
      clearPeer: assign(({ context, event }) => update.clearPeer(context, event)),
      takePolicy: assign(({ context, event }) => update.takePolicy(context, event)),
      reschedule: raise({ type: 'schedule.changed' }),
      emitRunStarted: emit(({ context }) => ({ type: 'run.started', state: context.worker })),
      emitAttemptStarted: emit(({ context }) => ({
        type: 'attempt.started',
        peerUrl: context.run?.peer.peerUrl ?? '',
        state: context.worker,
      })),
      emitAttemptFinished: emit(({ context, event }) => ({
        type: 'attempt.finished',
        peerUrl: context.lastTriedPeer,
        result: resultOf(context, event),
        state: context.worker,
        peers: context.peers,
      })),
      emitRunStuck: emit(({ context: { lastTriedPeer, peers } }) => ({
        type: 'run.stuck',
        peerUrl: lastTriedPeer,
        peers,
      })),
      emitRunFinished: emit(({ context }) => ({ type: 'run.finished', state: context.worker })),
      emitRunWithdrawn: emit(({ context: { worker: state, peers } }) => ({
        type: 'run.withdrawn',
        state,
        peers,
      })),
      emitPeersChanged: emit(
        ({ context, event }) =>
          refusedEvent(context, event) ?? { type: 'peers.changed', peers: context.peers },
      ),
      emitPolicyChanged: emit(
        ({ context, event }) =>
          refusedEvent(context, event) ?? { type: 'policy.changed', policy: context.policy },
      ),
    },
  }).createMachine({
    id: 'syncWorker',
    description: 'Keeps a copy by pulling from one peer after another.',
    context: ({ input }) => createWorkerContext(input),
    initial: 'idle',
    on: {
      'sync.requested': { actions: ['rememberRequest', 'reschedule'] },
      'peers.changed': { actions: ['takePeers', 'emitPeersChanged', 'reschedule'] },
      'peer.seen': { actions: ['noteContact', 'emitPeersChanged', 'reschedule'] },
      'peer.reset': { actions: ['clearPeer', 'emitPeersChanged', 'reschedule'] },
      'policy.changed': { actions: ['takePolicy', 'emitPolicyChanged', 'reschedule'] },
    },
    states: {
      idle: {
        description: 'Has not run yet. A restored worker also starts here.',
        tags: 'waiting',
        entry: 'decide',
        always: [
          {
            guard: 'wasRunning',
            target: 'running.abandoned',
            actions: ['recordAbandonedRun', 'emitPeersChanged'],
          },
          { guard: 'wasOk', target: 'ok' },
          { guard: 'wasError', target: 'error' },
          { guard: 'wasFork', target: 'fork' },
          { guard: 'wasSolo', target: 'solo' },
          {
            guard: 'isTimeToRun',
            target: 'running',
            actions: ['beginRun', 'emitRunStarted', 'emitAttemptStarted'],
          },
          { guard: 'hasNoPeer', target: 'solo', actions: ['goSolo', 'emitRunFinished'] },
        ],
        after: { startDelay: { target: 'idle', reenter: true } },
        on: { 'schedule.changed': { target: 'idle', reenter: true } },
      },
      running: {
        description: 'One run: attempts at one peer after another. It also answers requests made meanwhile.',
        tags: 'running',
        initial: 'attempting',
        after: { stuckTimeout: { target: '.abandoned' } },
        on: { 'run.withdraw': { target: 'idle', actions: ['withdrawRun', 'emitRunWithdrawn'] } },
        states: {
          attempting: {
            description: 'One attempt at one peer; leaving this state aborts it.',
            tags: 'running',
            invoke: {
              id: 'attempt',
              src: 'attempt',
              input: ({ context, self }) => ({
                peer: context.run?.peer,
                head: context.worker.currentHead,
                runStartedAt: context.run?.startedAt ?? 0,
                worker: self,
              }),
              onDone: [
                {
                  guard: 'succeeded',
                  target: '#syncWorker.ok',
                  actions: ['recordAttempt', 'emitAttemptFinished', 'endRun', 'emitRunFinished'],
                },
                {
                  guard: 'forked',
                  target: '#syncWorker.fork',
                  actions: ['recordAttempt', 'emitAttemptFinished', 'endRun', 'emitRunFinished'],
                },
                { target: 'failed' },
              ],
              onError: { target: 'failed' },
            },
            after: { attemptTimeout: { target: 'failed' } },
          },
          failed: {
            description: 'The attempt failed: the next peer is asked, or the run ends.',
            tags: 'running',
            // The first `decide` reads the time for recordAttempt, the second takes the recorded failure into account.
            entry: ['decide', 'recordAttempt', 'emitAttemptFinished', 'decide'],
            always: [
              { guard: 'isTimeToRun', target: 'attempting', actions: ['failOver', 'emitAttemptStarted'] },
              {
                guard: 'wasHeldByAll',
                target: '#syncWorker.idle',
                actions: ['withdrawRun', 'emitRunWithdrawn'],
              },
              { target: '#syncWorker.error', actions: ['failRun', 'emitRunFinished'] },
            ],
          },
          abandoned: {
            description:
              'A run with no attempt: a crash left it, or it is stuck and no other peer may be asked yet.',
            tags: 'running',
            entry: 'decide',
            always: [
              {
                guard: 'hasStuckAttempt',
                target: 'abandoned',
                reenter: true,
                actions: ['recordStuckRun', 'emitRunStuck'],
              },
              {
                guard: 'isTimeToRun',
                target: '#syncWorker.running',
                reenter: true,
                actions: ['beginRun', 'emitRunStarted', 'emitAttemptStarted'],
              },
              { guard: 'hasNoPeer', target: '#syncWorker.solo', actions: ['goSolo', 'emitRunFinished'] },
            ],
            after: { cooldown: { target: 'abandoned', reenter: true } },
            on: { 'schedule.changed': { target: 'abandoned', reenter: true } },
          },
        },
      },
      ok: {
        description: 'The last run ended well.',
        tags: 'waiting',
        entry: 'decide',
        always: [
          {
            guard: 'isTimeToRun',
            target: 'running',
            actions: ['beginRun', 'emitRunStarted', 'emitAttemptStarted'],
          },
          { guard: 'hasNoPeer', target: 'solo', actions: ['goSolo', 'emitRunFinished'] },
        ],
        after: { interval: { target: 'ok', reenter: true } },
        on: { 'schedule.changed': { target: 'ok', reenter: true } },
      },
      error: {
        description: 'The last run failed.',
        tags: 'waiting',
        entry: 'decide',
        always: [
          {
            guard: 'isTimeToRun',
            target: 'running',
            actions: ['beginRun', 'emitRunStarted', 'emitAttemptStarted'],
          },
          { guard: 'hasNoPeer', target: 'solo', actions: ['goSolo', 'emitRunFinished'] },
        ],
        after: { backoff: { target: 'error', reenter: true } },
        on: { 'schedule.changed': { target: 'error', reenter: true } },
      },
      fork: {
        description: "The peer's chain does not extend ours; nothing was merged.",
        tags: 'waiting',
        entry: 'decide',
        always: [
          {
            guard: 'isTimeToRun',
            target: 'running',
            actions: ['beginRun', 'emitRunStarted', 'emitAttemptStarted'],
          },
          { guard: 'hasNoPeer', target: 'solo', actions: ['goSolo', 'emitRunFinished'] },
        ],
        after: { backoff: { target: 'fork', reenter: true } },
        on: { 'schedule.changed': { target: 'fork', reenter: true } },
      },
      solo: {
        description: 'There is no enabled sync peer at all.',
        tags: 'waiting',
        entry: 'decide',
        always: [
          {
            guard: 'isTimeToRun',
            target: 'running',
            actions: ['beginRun', 'emitRunStarted', 'emitAttemptStarted'],
          },
          { guard: 'hasNoPeer', target: 'solo', reenter: true, actions: ['goSolo', 'emitRunFinished'] },
        ],
        after: { interval: { target: 'solo', reenter: true } },
        on: { 'schedule.changed': { target: 'solo', reenter: true } },
      },
    },
  });
}
