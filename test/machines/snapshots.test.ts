import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type AnyActorRef, createActor, fromPromise, setup } from 'xstate';
import {
  type AttemptInput,
  createSyncWorkerMachine,
  createWallClock,
  type SyncWorkerMachine,
} from '../../src/core.ts';
import { createVirtualClock, type VirtualClock } from '../../src/index.ts';
import { fc } from '../support/property.ts';

const BEGIN = 1_800_000_000;
const input = { peers: ['http://a.example'] };

interface Machine {
  readonly clock: VirtualClock;
  readonly machine: SyncWorkerMachine;
  /** Seconds since the beginning at which its peer was asked. */
  readonly asked: number[];
  readonly reports: Error[];
  passUntil(seconds: number): Promise<void>;
}

function createMachine(): Machine {
  const clock = createVirtualClock(BEGIN * 1000);
  const asked: number[] = [];
  const reports: Error[] = [];
  const machine = createSyncWorkerMachine({
    now: () => clock.now() / 1000,
    random: () => 0,
    report: (error) => reports.push(error),
    sync: () => {
      asked.push(clock.now() / 1000 - BEGIN);
      return { head: `h${asked.length}` };
    },
  });
  const passUntil = async (seconds: number): Promise<void> => {
    const end = (BEGIN + seconds) * 1000;
    await setImmediate();
    while ((clock.nextDeadline() ?? Number.POSITIVE_INFINITY) <= end) {
      clock.runNext();
      await setImmediate();
    }
    clock.advanceTo(end);
  };
  return { clock, machine, asked, reports, passUntil };
}

/** A snapshot as a database gives it back. */
function persisted(actor: AnyActorRef): never {
  return JSON.parse(JSON.stringify(actor.getPersistedSnapshot())) as never;
}

const ways: Readonly<Record<string, (machine: SyncWorkerMachine) => SyncWorkerMachine>> = {
  'by itself': (machine) => machine,
  'after provide()': (machine) => machine.provide({}),
};

describe.each(Object.entries(ways))('a snapshot restored %s', (_, made) => {
  test('runs on when it is due', async () => {
    const { clock, machine, asked, passUntil } = createMachine();
    const before = createActor(machine, { clock, input }).start();
    await passUntil(100);
    const snapshot = persisted(before);
    before.stop();
    const after = createActor(made(machine), { clock: createWallClock(clock), snapshot }).start();
    await passUntil(700);
    expect(asked).toEqual([0, 300, 600]);
    expect(after.getSnapshot().context.worker.currentHead).toBe('h3');
    after.stop();
  });

  test('as the child of another machine, too', async () => {
    const { clock, machine, asked, passUntil } = createMachine();
    const parent = setup({ actors: { worker: made(machine) } }).createMachine({
      invoke: { id: 'worker', src: 'worker', input },
    });
    const before = createActor(parent, { clock }).start();
    await passUntil(100);
    const snapshot = persisted(before);
    before.stop();
    const after = createActor(parent, { clock, snapshot }).start();
    await passUntil(700);
    expect(asked).toEqual([0, 300, 600]);
    after.stop();
  });

  test('that was taken in an attempt asks nobody before the attempt is given up', async () => {
    const { clock, machine, asked, passUntil } = createMachine();
    const hanging = machine.provide({ actors: { attempt: fromPromise(() => new Promise(() => undefined)) } });
    const before = createActor(hanging, { clock, input }).start();
    await passUntil(100);
    const snapshot = persisted(before);
    before.stop();
    const after = createActor(made(machine), { clock, snapshot }).start();
    await passUntil(400);
    expect(asked).toEqual([301]);
    after.stop();
  });
});

describe('a snapshot that is none of ours is refused in words', () => {
  const foreign = { status: 'active', value: 'ok', context: {}, historyValue: {}, children: {} };
  const words = /not of a sync worker.*input: \{ state, peers \}/;

  test('by itself', () => {
    const { clock, machine } = createMachine();
    const actor = createActor(machine, { clock, snapshot: foreign as never });
    actor.subscribe({ error: () => undefined });
    actor.start();
    expect(actor.getSnapshot()).toMatchObject({
      status: 'error',
      error: { message: expect.stringMatching(words) },
    });
  });

  test('as a child, whose failure XState keeps to itself', () => {
    const { clock, machine, reports } = createMachine();
    const parent = setup({ actors: { worker: machine } }).createMachine({
      invoke: { id: 'worker', src: 'worker', input },
    });
    const before = createActor(parent, { clock }).start();
    const snapshot = persisted(before) as { children: Record<string, { snapshot: unknown }> };
    before.stop();
    const [child] = Object.values(snapshot.children);
    if (child !== undefined) child.snapshot = foreign;
    createActor(parent, { clock, snapshot: snapshot as never })
      .start()
      .stop();
    expect(reports.map(({ message }) => message)).toEqual([expect.stringMatching(words)]);
  });
});

test('an attempt that is provided may end in anything: that is an error of the attempt, and the worker lives on', async () => {
  const output = fc.oneof(
    fc.anything(),
    fc.record(
      {
        outcome: fc.constantFrom('ok', 'fork', 'error', 'held', 'nothing'),
        at: fc.oneof(fc.double(), fc.constant('now')),
        head: fc.oneof(fc.string(), fc.double()),
        until: fc.double(),
        error: fc.anything(),
        retryAfterSeconds: fc.double(),
      },
      { requiredKeys: [] },
    ),
  );
  await fc.assert(
    fc.asyncProperty(output, fc.boolean(), async (value, isThrown) => {
      const { clock, machine, passUntil } = createMachine();
      let calls = 0;
      const attempt = fromPromise<unknown, AttemptInput>(async () => {
        calls += 1;
        if (calls > 1) return { head: 'recovered' };
        if (isThrown) throw value;
        return value;
      });
      const actor = createActor(machine.provide({ actors: { attempt } }), { clock, input }).start();
      await setImmediate();
      const { status, context } = actor.getSnapshot();
      expect(status).toBe('active');
      expect(Number.isSafeInteger(context.worker.nextSyncDueAt)).toBe(true);
      await passUntil(4000);
      expect(actor.getSnapshot().context.worker.currentHead).toBe('recovered');
      actor.stop();
    }),
  );
});
