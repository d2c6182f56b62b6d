import { expect } from 'vitest';
import { createVirtualClock } from '../../src/clock/virtual-clock.ts';
import { writeEvent } from '../../src/fleet/operator-events.ts';
import { EPOCH } from '../../src/fleet/store/store.ts';
import type { Leave } from '../../src/fleet/store-gate.ts';
import { BEGIN } from '../support/embedded-worker.ts';
import { fc } from '../support/property.ts';
import { createWorld, type FleetWorld } from './support/fleet-world.ts';
import { serverTest, useRedis } from './support/redis-server.ts';

/** What processes do to the records of two workers and the gates of two peers. */
type Step =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'leave'; readonly worker: number; readonly peer: number; readonly stale: boolean }
  | { readonly kind: 'answered'; readonly worker: number; readonly seconds: number }
  | { readonly kind: 'finish'; readonly worker: number }
  | { readonly kind: 'tell'; readonly worker: number; readonly request: boolean }
  | { readonly kind: 'open'; readonly peer: number }
  | { readonly kind: 'add' | 'remove'; readonly worker: number };

const worker = fc.nat(2);
const peer = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('time' as const), ms: fc.oneof(fc.nat(50), fc.nat(5000), fc.nat(400_000)) }),
  fc.record({ kind: fc.constant('leave' as const), worker, peer, stale: fc.boolean() }),
  fc.record({ kind: fc.constant('leave' as const), worker, peer, stale: fc.constant(false) }),
  fc.record({ kind: fc.constant('answered' as const), worker, seconds: fc.constantFrom(0, 0, 1, 60, 3600) }),
  fc.record({ kind: fc.constant('finish' as const), worker }),
  fc.record({ kind: fc.constant('tell' as const), worker, request: fc.boolean() }),
  fc.record({ kind: fc.constant('open' as const), peer }),
  fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), worker }),
);

const peers = ['http://a.example', 'http://b.example'];
const AT_ONCE = 2;
const SPACING_MS = 20;
const PLACE_MS = 310_000;

/** The plain model: what is on record of a worker. */
interface Model {
  fence: number;
  nonce: string;
  isRunning: boolean;
  outcome: string;
  events: string[];
}

/** What a process holds of a run. */
interface Held {
  readonly fence: string;
  readonly nonce: string;
  readonly peer: number;
}

class Judge {
  readonly records = new Map<number, Model>();
  readonly held = new Map<number, Held>();
  readonly closed = [0, 0];
  readonly places: Map<string, number>[] = [new Map(), new Map()];
  readonly begun: number[][] = [[], []];
  readonly #world: FleetWorld;
  readonly #now: () => number;
  #nonce = 0;
  leaves = 0;

  constructor(world: FleetWorld, now: () => number) {
    this.#world = world;
    this.#now = now;
  }

  async leave(id: number, place: number, isStale: boolean): Promise<void> {
    const model = this.records.get(id);
    const now = this.#now();
    this.#nonce += 1;
    const nonce = `n${this.#nonce}`;
    const fence = String((model?.fence ?? 0) - (isStale ? 1 : 0));
    const said = await this.#world.gates.leave(
      {
        id: `w${id}`,
        peerUrl: peers[place] ?? '',
        fence,
        nonce,
        isFirst: true,
        state: '{"last_outcome":"running"}',
        peers: '[]',
        request: '',
        policy: '',
        folded: '',
        outcomeBefore: model?.outcome ?? 'idle',
        leaseMs: 302_000,
        placeMs: PLACE_MS,
      },
      new AbortController().signal,
    );
    if (model === undefined) return expect(said.kind).toBe('gone');
    if (isStale) return expect(said.kind).toBe('superseded');
    const until = this.closed[place] ?? 0;
    if (until > now) return expect(said).toMatchObject({ kind: 'closed', until });
    this.#given(said, model, id, place, nonce);
  }

  #given(said: Leave, model: Model, id: number, place: number, nonce: string): void {
    const now = this.#now();
    const taken = this.#taken(place);
    if (said.kind === 'busy') {
      // Never for nothing: its places are taken, others wait, or the last one has just begun.
      expect(said.slot).toBeGreaterThan(now);
      return;
    }
    expect(said.kind).toBe('leave');
    expect(taken).toBeLessThan(AT_ONCE);
    const last = this.begun[place]?.at(-1) ?? Number.NEGATIVE_INFINITY;
    expect(now - last).toBeGreaterThanOrEqual(SPACING_MS);
    this.begun[place]?.push(now);
    this.leaves += 1;
    model.fence += 1;
    model.nonce = nonce;
    model.isRunning = true;
    model.outcome = 'running';
    this.places[place]?.set(`${id} ${nonce}`, now + PLACE_MS);
    this.held.set(id, { fence: String(model.fence), nonce, peer: place });
    expect(said).toMatchObject({ fence: String(model.fence) });
  }

  #taken(place: number): number {
    const now = this.#now();
    return [...(this.places[place]?.values() ?? [])].filter((until) => until > now).length;
  }

  async answered(id: number, seconds: number): Promise<void> {
    const held = this.held.get(id);
    if (held === undefined) return;
    await this.#world.gates.answered({
      id: `w${id}`,
      nonce: held.nonce,
      peerUrl: peers[held.peer] ?? '',
      retryAfterSeconds: seconds,
      header: String(seconds),
      tookMs: 100,
    });
    this.places[held.peer]?.delete(`${id} ${held.nonce}`);
    const until = seconds === 0 ? 0 : (Math.ceil(this.#now() / 1000) + seconds) * 1000;
    this.closed[held.peer] = Math.max(this.closed[held.peer] ?? 0, until);
  }

  async finish(id: number): Promise<void> {
    const { store, keys } = this.#world;
    const held = this.held.get(id);
    if (held === undefined) return;
    const call = (): Promise<readonly unknown[]> =>
      store.call(
        'finish',
        [keys.meta, keys.record(`w${id}`), keys.counts, keys.acks],
        [
          EPOCH,
          store.process,
          held.fence,
          held.nonce,
          '1',
          '{"last_outcome":"ok"}',
          '[]',
          '',
          '',
          '',
          '',
          'running',
          'ok',
          '0',
          '1',
        ],
      );
    const model = this.records.get(id);
    const [said, more] = await call();
    if (model === undefined) return expect(said).toBe('gone');
    if (String(model.fence) !== held.fence || model.nonce !== held.nonce)
      return expect(said).toBe('superseded');
    expect(said).toBe('finished');
    if (model.isRunning) model.events = model.events.filter((line) => !line.includes('sync.requested'));
    model.isRunning = false;
    model.outcome = 'ok';
    expect(more).toBe(model.events.length > 0 ? '1' : '0');
    // Its answer may be lost: a second time it changes nothing.
    expect((await call())[0]).toBe('finished');
  }

  async tell(id: number, isRequest: boolean): Promise<void> {
    const { store, keys } = this.#world;
    const line = isRequest
      ? writeEvent({ type: 'sync.requested', at: 0 }, 'n')
      : writeEvent({ type: 'peer.seen', at: 0, peerUrl: 'http://a.example' }, 'n');
    const [said] = await store.call('tell', [keys.meta, keys.record(`w${id}`)], [EPOCH, line, 1e6]);
    const model = this.records.get(id);
    expect(said).toBe(model === undefined ? 'gone' : 'told');
    model?.events.push(line.replace('"at":0', `"at":${this.#now()}`));
  }

  async add(id: number): Promise<void> {
    const { store, keys } = this.#world;
    const [said] = await store.call(
      'add',
      [keys.meta, keys.record(`w${id}`), keys.counts],
      [EPOCH, '{"last_outcome":"idle"}', '[]', '', 'idle'],
    );
    expect(said).toBe(this.records.has(id) ? 'there' : 'added');
    const fence = Number(await store.redis.hget(keys.record(`w${id}`), 'fence'));
    if (said === 'added')
      this.records.set(id, { fence, nonce: '', isRunning: false, outcome: 'idle', events: [] });
  }

  async remove(id: number): Promise<void> {
    const { store, keys } = this.#world;
    const [said] = await store.call('remove', [keys.meta, keys.record(`w${id}`), keys.counts], [EPOCH]);
    expect(said).toBe(this.records.delete(id) ? 'removed' : 'gone');
  }

  async open(place: number): Promise<void> {
    const { store, keys, gates } = this.#world;
    const origin = new URL(peers[place] ?? '').host;
    await store.call('open', [keys.gate(origin), keys.closed], [origin]);
    gates.forget(origin);
    this.closed[place] = 0;
  }

  /** What stands in the store is what the model says. */
  async compare(): Promise<void> {
    const { store, keys } = this.#world;
    for (const [id, model] of this.records) {
      const fields = await store.redis.hgetall(keys.record(`w${id}`));
      expect(fields['fence']).toBe(String(model.fence));
      expect('by' in fields).toBe(model.isRunning);
      expect((fields['events'] ?? '').split('\n').filter(Boolean)).toEqual(model.events);
    }
    const counts = Object.values(await store.redis.hgetall(keys.counts)).map(Number);
    expect(counts.reduce((all, count) => all + count, 0)).toBe(this.records.size);
    expect(Math.min(0, ...counts)).toBe(0);
    const [, count, told] = await store.call('closed', [keys.closed], [keys.gates, peers.length]);
    const closed = peers.flatMap((url, place): [string, number][] => {
      const until = this.closed[place] ?? 0;
      return until > this.#now() ? [[new URL(url).host, until]] : [];
    });
    expect(Number(count)).toBe(closed.length);
    const gates = Array.isArray(told) ? told.map(String) : [];
    expect(gates).toHaveLength(3 * closed.length);
    for (const [origin, until] of closed) expect(gates[gates.indexOf(origin) + 1]).toBe(String(until));
    const untils = gates.filter((_, index) => index % 3 === 1).map(Number);
    expect(untils).toEqual(untils.toSorted((a, b) => b - a));
  }
}

serverTest(
  'whatever processes do and in whatever order: one run at a time is on record, no leave is given before a gate opens, beyond its places or closer than its spacing, and no event is lost',
  async (program) => {
    const { socket } = await useRedis(program, ['--appendonly', 'no']);
    let leaves = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const clock = createVirtualClock(BEGIN * 1000);
        const world = await createWorld({
          socket,
          clock,
          sync: () => ({ head: '' }),
          perPeer: { atOnce: AT_ONCE, spacingMs: SPACING_MS },
        });
        const judge = new Judge(world, clock.now);
        try {
          for (const id of [0, 1, 2]) await judge.add(id);
          for (const one of steps) {
            if (one.kind === 'time') clock.advanceTo(clock.now() + one.ms);
            else if (one.kind === 'leave') await judge.leave(one.worker, one.peer, one.stale);
            else if (one.kind === 'answered') await judge.answered(one.worker, one.seconds);
            else if (one.kind === 'finish') await judge.finish(one.worker);
            else if (one.kind === 'tell') await judge.tell(one.worker, one.request);
            else if (one.kind === 'open') await judge.open(one.peer);
            else if (one.kind === 'add') await judge.add(one.worker);
            else await judge.remove(one.worker);
          }
          await judge.compare();
          leaves += judge.leaves;
        } finally {
          await world.close();
        }
      }),
    );
    // Otherwise nothing was proved.
    expect(leaves).toBeGreaterThan(0);
  },
);
