import { setImmediate } from 'node:timers/promises';
import { test } from 'vitest';
import { type AnyActorRef, createActor } from 'xstate';
import { createSyncWorkerMachine, type SyncWorkerActor, type SyncWorkerEvent } from '../../src/core.ts';
import {
  createVirtualClock,
  type PeerRecord,
  type SyncFunction,
  type SyncPolicyOptions,
  type VirtualClock,
} from '../../src/index.ts';
import { peerRecords, policies } from '../../src/testing/fast-check/index.ts';
import { expectEqual } from '../support/cheap-expect.ts';
import { fc } from '../support/property.ts';
import { type Behaviour, script, scriptSync } from '../support/scripted-sync.ts';

/** What makes one worker differ from another: all of it is input, none of it is machine. */
interface Given {
  readonly peers: readonly PeerRecord[];
  readonly script: readonly Behaviour[];
  readonly policy: SyncPolicyOptions;
}

type Step =
  | { readonly kind: 'time passes'; readonly ms: number }
  | { readonly kind: 'the clock jumps'; readonly seconds: number }
  | { readonly kind: 'an event'; readonly to: number; readonly event: SyncWorkerEvent };

/** Workers without a pause would fill the time with runs, each like the last. */
const unhurried = policies().map((one) => ({
  ...one,
  intervalSeconds: Math.max(30, one.intervalSeconds),
  failureBackoffSeconds: Math.max(30, one.failureBackoffSeconds),
  failureBackoffCapSeconds: Math.max(30, one.failureBackoffCapSeconds),
  stuckAfterSeconds: Math.max(30, one.stuckAfterSeconds),
}));

const given: fc.Arbitrary<Given> = fc.record({ peers: peerRecords(), script, policy: unhurried });

const event: fc.Arbitrary<SyncWorkerEvent> = fc.oneof(
  fc.boolean().map((force): SyncWorkerEvent => ({ type: 'sync.requested', force })),
  peerRecords().map((list): SyncWorkerEvent => ({ type: 'peers.changed', peers: list })),
  fc.constant<SyncWorkerEvent>({ type: 'peer.seen', peerUrl: 'http://a.example' }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: 0, max: 300_000 }).map((ms): Step => ({ kind: 'time passes', ms })),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: -700, max: 700 })
      .map((seconds): Step => ({ kind: 'the clock jumps', seconds })),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('an event'), to: fc.nat(3), event }) },
);

/** Runs the steps with the chosen workers, and returns what each of them emitted, and when. */
async function live(
  all: readonly Given[],
  chosen: readonly number[],
  steps: readonly Step[],
): Promise<Map<number, unknown[]>> {
  const clock: VirtualClock = createVirtualClock();
  let wallAhead = 1_800_000_000.25;
  const now = (): number => wallAhead + clock.now() / 1000;
  const syncs = new Map<AnyActorRef, SyncFunction>();
  const machine = createSyncWorkerMachine({
    now,
    random: () => 0.5,
    sync: (peer, options) => {
      const own = syncs.get(options.worker);
      if (own === undefined) throw new Error('an attempt of no worker of ours');
      return own(peer, options);
    },
  });
  const told = new Map<number, unknown[]>(chosen.map((index) => [index, []]));
  const actors = new Map<number, SyncWorkerActor>();
  for (const index of chosen) {
    const own = all[index];
    if (own === undefined) continue;
    const actor = createActor(machine, { clock, input: { peers: own.peers, policy: own.policy } });
    syncs.set(actor, scriptSync(own.script, clock, now).sync);
    actor.on('*', (one) => told.get(index)?.push([now(), one]));
    actors.set(index, actor);
  }
  for (const actor of actors.values()) actor.start();
  // What is due at once is done before anything else happens.
  await setImmediate();
  for (const one of steps) {
    if (one.kind === 'the clock jumps') wallAhead += one.seconds;
    if (one.kind === 'an event') actors.get(one.to % all.length)?.send(one.event);
    if (one.kind === 'time passes') {
      const end = clock.now() + one.ms;
      while ((clock.nextDeadline() ?? Number.POSITIVE_INFINITY) <= end) {
        clock.runNext();
        await setImmediate();
      }
      clock.advanceTo(end);
    }
    await setImmediate();
  }
  for (const [index, actor] of actors) {
    told.get(index)?.push(actor.getSnapshot().context, actor.getSnapshot().value);
    actor.stop();
  }
  return told;
}

test('workers on one machine and one clock live as each of them would alone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(given, { minLength: 2, maxLength: 3 }),
      fc.array(step, { minLength: 1, maxLength: 8 }),
      async (all, steps) => {
        const everybody = all.map((_, index) => index);
        const together = await live(all, everybody, steps);
        for (const index of everybody) {
          const alone = await live(all, [index], steps);
          expectEqual(together.get(index), alone.get(index));
        }
      },
    ),
  );
});
