import { describe, expect, test } from 'vitest';
import {
  createPeerGate,
  createSyncWorker,
  createVirtualClock,
  type PeerGate,
  type PeerPass,
  PeerSyncRateLimited,
} from '../../src/index.ts';
import { BEGIN, embed } from '../support/embedded-worker.ts';
import { fc } from '../support/property.ts';

const url = 'http://a.example/feed';

async function pass(gate: PeerGate, peerUrl = url): Promise<PeerPass> {
  const answer = await gate.enter(peerUrl);
  if (answer.held !== undefined) return expect.fail(`held until ${answer.held}`);
  return answer;
}

describe('a gate', () => {
  test('holds every path of an origin until its Retry-After is over, and no other origin', async () => {
    const clock = createVirtualClock(BEGIN * 1000 + 250);
    const gate = createPeerGate({ clock });
    const first = await pass(gate);
    await first.answered({ retryAfterSeconds: 60 });
    // Counted from the whole second after the answer: to come late is polite.
    expect(await gate.enter('http://a.example/other')).toEqual({ held: BEGIN + 61 });
    await pass(gate, 'http://b.example');
    await pass(gate, 'http://a.example:8080');
    clock.advanceTo((BEGIN + 61) * 1000 - 1);
    expect(await gate.enter(url)).toEqual({ held: BEGIN + 61 });
    clock.advanceTo((BEGIN + 61) * 1000);
    await pass(gate);
  });

  test('keeps the later of two Retry-Afters, and counts an answer once', async () => {
    const clock = createVirtualClock(BEGIN * 1000);
    const gate = createPeerGate({ clock, atOnce: 2 });
    const [long, short] = [await pass(gate), await pass(gate)];
    expect(await gate.enter(url)).toEqual({ held: BEGIN + 0.5 });
    await long.answered({ retryAfterSeconds: 600 });
    await short.answered({ retryAfterSeconds: 5 });
    await short.answered({ retryAfterSeconds: 900 });
    expect(await gate.enter(url)).toEqual({ held: BEGIN + 600 });
  });

  test('that is full gives out slots, one after the other', async () => {
    const clock = createVirtualClock(BEGIN * 1000);
    const gate = createPeerGate({ clock, atOnce: 1, spacingMs: 2000 });
    const first = await pass(gate);
    const held = [await gate.enter(url), await gate.enter(url), await gate.enter(url)];
    expect(held).toEqual([{ held: BEGIN + 2 }, { held: BEGIN + 4 }, { held: BEGIN + 6 }]);
    await first.answered({ retryAfterSeconds: 0 });
    clock.advanceTo((BEGIN + 2) * 1000);
    await pass(gate);
  });

  test('is opened by an operator', async () => {
    const gate = createPeerGate({ clock: createVirtualClock(BEGIN * 1000) });
    await (await pass(gate)).answered({ retryAfterSeconds: 600 });
    await gate.reset?.(url);
    await pass(gate);
  });

  test('set back by a wrong clock holds nobody for more than an hour', async () => {
    let now = (BEGIN + 1e8) * 1000;
    const clock = { ...createVirtualClock(), now: () => now };
    const gate = createPeerGate({ clock, spacingMs: 500 });
    await (await pass(gate)).answered({ retryAfterSeconds: 60 });
    now = BEGIN * 1000;
    expect(await gate.enter(url)).toEqual({ held: BEGIN + 3600 });
  });

  test('runs before 1970 as at any other time', async () => {
    const gate = createPeerGate({ clock: createVirtualClock(-60_000), atOnce: 1 });
    const first = await pass(gate);
    expect(await gate.enter(url)).toEqual({ held: -59 });
    await first.answered({ retryAfterSeconds: 5 });
    expect(await gate.enter(url)).toEqual({ held: -55 });
  });

  test('refuses an option that makes no sense, naming it', () => {
    expect(() => createPeerGate({ atOnce: 0 })).toThrow('atOnce is 0; allowed is a number of at least 1');
    expect(() => createPeerGate({ spacingMs: -1 })).toThrow(/^spacingMs is -1; allowed is/);
    expect(() => createPeerGate({ spacingMs: Number.POSITIVE_INFINITY })).toThrow(/^spacingMs is/);
  });
});

/** What a caller of the gate does. */
const deed = fc.oneof(
  fc.record({ kind: fc.constant('enter' as const), origin: fc.nat(2) }),
  fc.record({
    kind: fc.constant('answer' as const),
    which: fc.nat(),
    retryAfterSeconds: fc.constantFrom(0, 0, 1, 30),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
);

test('whoever comes when: no origin has too many at once, none begins too soon, and who comes back at the time that was said gets in before long', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 3000 }),
      fc.array(deed, { maxLength: 60 }),
      async (atOnce, spacingMs, deeds) => {
        const clock = createVirtualClock(BEGIN * 1000);
        const gate = createPeerGate({ atOnce, spacingMs, clock });
        const inside: { readonly origin: number; readonly pass: PeerPass }[] = [];
        const begun = new Map<number, number>();
        const closed = new Map<number, number>();
        const enter = async (origin: number): Promise<number | undefined> => {
          const answer = await gate.enter(`http://origin-${origin}.example`);
          const now = clock.now();
          if (answer.held !== undefined) {
            expect(answer.held * 1000).toBeGreaterThan(now);
            return answer.held;
          }
          inside.push({ origin, pass: answer });
          expect(inside.filter((one) => one.origin === origin).length).toBeLessThanOrEqual(atOnce);
          // Seconds with a fraction are not exact to the last bit.
          expect(now - (begun.get(origin) ?? 0)).toBeGreaterThan(spacingMs - 0.001);
          expect(now).toBeGreaterThanOrEqual(closed.get(origin) ?? 0);
          begun.set(origin, now);
          return undefined;
        };
        const leave = async (which: number, retryAfterSeconds: number): Promise<void> => {
          const [one] = inside.splice(which, 1);
          await one?.pass.answered({ retryAfterSeconds });
          if (one === undefined || retryAfterSeconds === 0) return;
          closed.set(
            one.origin,
            Math.max(closed.get(one.origin) ?? 0, clock.now() + retryAfterSeconds * 1000),
          );
        };
        for (const one of deeds) {
          if (one.kind === 'enter') await enter(one.origin);
          else if (one.kind === 'wait') clock.advanceTo(clock.now() + one.ms);
          else if (inside.length > 0) await leave(one.which % inside.length, one.retryAfterSeconds);
        }
        while (inside.length > 0) await leave(0, 0);
        for (const origin of [0, 1, 2]) {
          let held = await enter(origin);
          for (let tries = 0; held !== undefined && tries < 3; tries += 1) {
            clock.advanceTo(Math.ceil(held * 1000));
            held = await enter(origin);
          }
          expect(held).toBeUndefined();
        }
      },
    ),
  );
});

test('workers that share a host share its Retry-After, through the gate, and none counts a failure for being held', async () => {
  const asked: string[] = [];
  const first = embed({ sync: () => ({ head: 'h1' }), peers: [url] });
  const { clock } = first;
  const gate = createPeerGate({ clock });
  const workers = ['one', 'two', 'three'].map((name) =>
    createSyncWorker({
      peers: [`http://a.example/${name}`],
      gate,
      clock,
      random: () => 0,
      sync: ({ peerUrl }) => {
        asked.push(`${peerUrl} ${clock.now() / 1000 - BEGIN}`);
        if (asked.length === 1) throw new PeerSyncRateLimited({ retryAfterSeconds: 120 });
        return { head: 'h1' };
      },
    }),
  );
  for (const worker of workers) {
    await worker.start();
    await first.pass(0);
  }
  await first.pass(119_999);
  expect(asked).toEqual(['http://a.example/one 0']);
  expect(workers.map(({ state }) => state.consecutiveFailures)).toEqual([1, 0, 0]);
  expect(workers[1]?.peers).toMatchObject([{ failureCount: 0, cooldownUntil: BEGIN + 120 }]);
  await first.pass(10_000);
  expect(workers.map(({ state }) => state.lastOutcome)).toEqual(['ok', 'ok', 'ok']);
  await Promise.all(workers.map((worker) => worker.stop()));
});

test('a hundred workers behind one host that takes one at a time all sync, and few of them come in vain', async () => {
  const { clock, pass: wait } = embed({ sync: () => ({ head: 'h1' }), peers: [url] });
  const gate = createPeerGate({ clock, atOnce: 1, spacingMs: 1000 });
  let entered = 0;
  const counted: PeerGate = {
    enter: (peerUrl) => {
      entered += 1;
      return gate.enter(peerUrl);
    },
  };
  const workers = Array.from({ length: 100 }, () =>
    createSyncWorker({
      peers: [url],
      gate: counted,
      clock,
      random: () => 0,
      policy: { intervalSeconds: 3600 },
      sync: () =>
        new Promise((resolve) => {
          clock.setTimeout(() => resolve({ head: 'h1' }), 200);
        }),
    }),
  );
  await Promise.all(workers.map((worker) => worker.start()));
  await wait(200_000);
  expect(workers.filter(({ state }) => state.lastOutcome === 'ok')).toHaveLength(100);
  expect(entered).toBeLessThan(300);
  await Promise.all(workers.map((worker) => worker.stop()));
});

test('an operator who resets a peer by force opens the gate for it too', async () => {
  const clock = createVirtualClock(BEGIN * 1000);
  const reset: string[] = [];
  const gate: PeerGate = { ...createPeerGate({ clock }), reset: (peerUrl) => void reset.push(peerUrl) };
  const { worker } = embed({ sync: () => ({ head: 'h1' }), peers: [url], gate });
  await worker.start();
  worker.resetPeer(url);
  worker.resetPeer(url, { force: true });
  expect(reset).toEqual([url]);
  await worker.stop();
});

test('a gate that cannot be asked is a fault of ours, and the worker goes on', async () => {
  let broken = true;
  const gate: PeerGate = {
    enter: () => {
      if (broken) throw new Error('redis is away');
      return { answered: () => undefined };
    },
  };
  const { worker, pass: wait } = embed({ sync: () => ({ head: 'h1' }), peers: [url], gate });
  await worker.start();
  await wait(0);
  expect(worker.state).toMatchObject({ lastOutcome: 'error', lastError: 'the gate failed: redis is away' });
  expect(worker.peers).toMatchObject([{ failureCount: 0, lastAskedAt: 0 }]);
  broken = false;
  await wait(60_000);
  expect(worker.state.lastOutcome).toBe('ok');
  await worker.stop();
});

test('a gate that fails in answered() does not change the result', async () => {
  const gate: PeerGate = {
    enter: () => ({ answered: () => Promise.reject(new Error('redis is away')) }),
  };
  const faults: string[] = [];
  let asked = 0;
  const { worker, pass: wait } = embed({
    sync: () => {
      asked += 1;
      if (asked === 1) return { head: 'h1' };
      throw new PeerSyncRateLimited({ retryAfterSeconds: 900 });
    },
    peers: [url],
    gate,
  });
  worker.on('fault', ({ error }) => faults.push(error.message));
  await worker.start();
  await wait(0);
  expect(worker.state).toMatchObject({ lastOutcome: 'ok', currentHead: 'h1' });
  await wait(300_000);
  expect(worker.peers).toMatchObject([{ retryAfter: { until: BEGIN + 1200 } }]);
  expect(faults).toEqual(['redis is away', 'redis is away']);
  await worker.stop();
});

test('a gate that hangs in answered() delays no result past the limit, however short it is', async () => {
  for (const stuckAfterSeconds of [300, 2]) {
    const gate: PeerGate = { enter: () => ({ answered: () => new Promise(() => undefined) }) };
    const { worker, pass: wait } = embed({
      sync: () => {
        throw new PeerSyncRateLimited({ retryAfterSeconds: 900 });
      },
      peers: [url],
      policy: { stuckAfterSeconds },
      gate,
    });
    await worker.start();
    await wait(5000);
    expect(worker.state.lastOutcome).toBe('error');
    expect(worker.peers[0]?.retryAfter?.until).toBeGreaterThanOrEqual(BEGIN + 900);
    await worker.stop();
  }
});
