import { clampRetryAfter } from '../policy/retry-after.ts';
import type { PerPeer } from './fleet-options.ts';
import { insist } from './store/insist.ts';
import { type FleetKeys, originOf } from './store/keys.ts';
import { EPOCH, type FleetStore } from './store/store.ts';

/** A request for leave to ask one peer, with what goes on record if it is granted. Texts are as the record holds them. */
export interface LeaveRequest {
  readonly id: string;
  readonly peerUrl: string;
  readonly fence: string;
  readonly nonce: string;
  /** Whether it starts a run. */
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

/** The store's answer. Times are milliseconds of its clock. */
export type Leave =
  | { readonly kind: 'leave'; readonly fence: string; readonly sentAt: number }
  | { readonly kind: 'closed'; readonly until: number; readonly header: string }
  | { readonly kind: 'busy'; readonly slot: number }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'gone' };

/** A closed gate, as this process knows it. */
export interface Closure {
  /** Milliseconds of the store's clock. */
  readonly until: number;
  readonly header: string;
}

/** The gates of a fleet, as one process sees them. */
export interface StoreGates {
  /**
   * Requests leave to ask a peer, and retries while the store is away.
   *
   * @throws FleetError; the signal's reason once it is aborted
   */
  leave(request: LeaveRequest, signal: AbortSignal): Promise<Leave>;
  /**
   * Reports the end of an attempt. Its Retry-After takes effect in this process at once; the promise resolves when the store has
   * acknowledged it, however long that takes, and rejects if `end` is aborted first.
   */
  answered(answer: {
    readonly id: string;
    readonly nonce: string;
    readonly peerUrl: string;
    readonly retryAfterSeconds: number;
    readonly header: string;
    readonly tookMs: number;
  }): Promise<void>;
  /** Remembers a closed gate that the store reported. */
  learn(origin: string, closure: Closure): void;
  /** Forgets a closed gate: an operator opened it. */
  forget(origin: string): void;
  /** Reports all known closed gates to a store that lost its data. */
  replay(): Promise<void>;
  /** Resolves when the store has acknowledged every answer. */
  flush(): Promise<void>;
}

export interface StoreGatesOptions {
  readonly store: FleetStore;
  readonly keys: FleetKeys;
  readonly perPeer: PerPeer;
  readonly monotonic: () => number;
  /** Aborted when the process gives up on writes that the store has not acknowledged. */
  readonly end: AbortSignal;
}

export function createStoreGates(options: StoreGatesOptions): StoreGates {
  const { store, keys, perPeer, monotonic, end } = options;
  /** All known closed gates, for `replay()`. */
  const known = new Map<string, Closure>();
  /** Closed gates that the store has not acknowledged yet. */
  const ahead = new Map<string, Closure>();
  const underWay = new Set<Promise<void>>();

  const learn = (origin: string, closure: Closure): void => {
    const before = known.get(origin);
    if (before !== undefined && before.until >= closure.until) return;
    known.set(origin, closure);
    if (known.size > 10_000) dropOver(known, store.time.now());
  };

  const report: StoreGates['answered'] = async (answer) => {
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
      const reported = report(answer);
      underWay.add(reported);
      const done = (): void => void underWay.delete(reported);
      reported.then(done, done);
      return reported;
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
    flush: async () => {
      await Promise.allSettled(underWay);
    },
  };
}

function dropOver(closures: Map<string, Closure>, now: number): void {
  for (const [origin, { until }] of closures) if (until <= now) closures.delete(origin);
}
