import { clampRetryAfter } from '../policy/retry-after.ts';
import type { PerPeer } from './fleet-options.ts';
import { insist } from './store/insist.ts';
import { type FleetKeys, originOf } from './store/keys.ts';
import { EPOCH, type FleetStore } from './store/store.ts';

/** What is put on record with a leave. All of it is text, as the record has it. */
export interface LeaveRequest {
  readonly id: string;
  readonly peerUrl: string;
  readonly fence: string;
  readonly nonce: string;
  /** Whether it begins a run. */
  readonly isFirst: boolean;
  readonly state: string;
  readonly peers: string;
  readonly request: string;
  readonly policy: string;
  readonly folded: string;
  readonly outcomeBefore: string;
  readonly leaseMs: number;
  readonly placeMs: number;
}

/** What the store said. Times are milliseconds of its clock. */
export type Leave =
  | { readonly kind: 'leave'; readonly fence: string; readonly sentAt: number }
  | { readonly kind: 'closed'; readonly until: number; readonly header: string }
  | { readonly kind: 'busy'; readonly slot: number }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'gone' };

/** A closed gate that this process knows of. */
export interface Closure {
  /** Milliseconds of the store's clock. */
  readonly until: number;
  readonly header: string;
}

/** The gates of a fleet, as one process sees them. */
export interface StoreGates {
  /** Asks for leave, and tries again while the store is away. @throws FleetError; the reason of the signal */
  leave(request: LeaveRequest, signal: AbortSignal): Promise<Leave>;
  /**
   * The attempt is over. What its peer asked for is in force here at once, and the promise resolves when the store has heard of it,
   * however long that takes, or the signal is aborted.
   */
  answered(answer: {
    readonly id: string;
    readonly nonce: string;
    readonly peerUrl: string;
    readonly retryAfterSeconds: number;
    readonly header: string;
    readonly tookMs: number;
  }): Promise<void>;
  /** Keeps in mind what the store said. */
  learn(origin: string, closure: Closure): void;
  /** An operator opened it. */
  forget(origin: string): void;
  /** Tells a store that forgot which gates are closed. */
  replay(): Promise<void>;
  /** Resolves when the store has heard of every answer. */
  told(): Promise<void>;
}

export interface StoreGatesOptions {
  readonly store: FleetStore;
  readonly keys: FleetKeys;
  readonly perPeer: PerPeer;
  readonly monotonic: () => number;
  /** Aborted when the process gives up on what it still has to tell. */
  readonly end: AbortSignal;
}

export function createStoreGates(options: StoreGatesOptions): StoreGates {
  const { store, keys, perPeer, monotonic, end } = options;
  /** All that are closed, to be told to a store that forgot. */
  const known = new Map<string, Closure>();
  /** Those that the store has not heard of yet. */
  const ahead = new Map<string, Closure>();
  const underWay = new Set<Promise<void>>();

  const learn = (origin: string, closure: Closure): void => {
    const before = known.get(origin);
    if (before !== undefined && before.until >= closure.until) return;
    known.set(origin, closure);
    if (known.size > 10_000) dropOver(known, store.time.now());
  };

  const tell: StoreGates['answered'] = async (answer) => {
    const { id, nonce, peerUrl, retryAfterSeconds, header, tookMs } = answer;
    const origin = originOf(peerUrl);
    const wait = clampRetryAfter(retryAfterSeconds);
    if (wait > 0) {
      const closure = { until: (Math.ceil(store.time.now() / 1000) + wait) * 1000, header };
      ahead.set(origin, closure);
      learn(origin, closure);
    }
    const [, until] = await insist(store, end, () =>
      store.call(
        'answered',
        [keys.gate(origin), keys.places(origin), keys.acks, keys.closed],
        [store.process, id, nonce, wait, header, Math.max(0, Math.round(tookMs)), origin],
      ),
    );
    if (wait === 0) return;
    ahead.delete(origin);
    learn(origin, { until: Number(until), header });
  };

  return {
    leave: async (request, signal) => {
      const origin = originOf(request.peerUrl);
      const now = store.time.now();
      const quiet = store.quietUntil();
      if (quiet > 0) return { kind: 'closed', until: quiet, header: '' };
      const own = ahead.get(origin);
      if (own !== undefined && own.until > now) return { kind: 'closed', ...own };
      let sentAt = 0;
      const [kind, first, second] = await insist(store, signal, () => {
        sentAt = monotonic();
        return store.call(
          'leave',
          [
            keys.meta,
            keys.record(request.id),
            keys.gate(origin),
            keys.places(origin),
            keys.slots(origin),
            keys.counts,
            keys.acks,
          ],
          [
            EPOCH,
            store.process,
            request.id,
            request.fence,
            request.nonce,
            request.isFirst ? '1' : '0',
            request.state,
            request.peers,
            request.request,
            request.policy,
            request.folded,
            request.outcomeBefore,
            request.leaseMs,
            perPeer.atOnce,
            perPeer.spacingMs,
            request.placeMs,
          ],
        );
      });
      if (kind === 'leave') return { kind, fence: String(first), sentAt };
      if (kind === 'busy') return { kind, slot: Number(first) };
      if (kind === 'superseded' || kind === 'gone') return { kind };
      const closure = { until: Number(first), header: String(second ?? '') };
      if (closure.header !== '') learn(origin, closure);
      return { kind: 'closed', ...closure };
    },
    answered: (answer) => {
      const told = tell(answer);
      underWay.add(told);
      const done = (): void => void underWay.delete(told);
      told.then(done, done);
      return told;
    },
    learn,
    forget: (origin) => {
      known.delete(origin);
      ahead.delete(origin);
    },
    replay: async () => {
      dropOver(known, store.time.now());
      for (const [origin, { until, header }] of known) {
        await store.call('close', [keys.gate(origin), keys.closed], [until, header, origin]);
      }
    },
    told: async () => {
      await Promise.allSettled(underWay);
    },
  };
}

function dropOver(closures: Map<string, Closure>, now: number): void {
  for (const [origin, { until }] of closures) if (until <= now) closures.delete(origin);
}
