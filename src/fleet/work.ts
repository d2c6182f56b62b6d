import { hostname } from 'node:os';
import { describe, isRecord } from '../policy/wire-fields.ts';
import { checkNames } from '../worker/worker-options.ts';
import type { AlarmWork } from './alarm.ts';
import type { Engine } from './engine.ts';
import type { FleetWork, FleetWorkOptions } from './fleet.ts';
import { look } from './look.ts';
import type { LookParts } from './look-parts.ts';
import { createReconciler } from './reconcile.ts';
import type { FleetKeys } from './store/keys.ts';
import type { FleetStore } from './store/store.ts';

/** Interval of the greetings, and so the time within which a process notices that the store lost data. */
const GREET_MS = 5000;

/** Interval of the reconciler's steps. */
const RECONCILE_MS = 1000;

/** How long a process that stops waits for the store to acknowledge its writes. */
const FLUSH_MS = 5000;

export interface WorkParts {
  readonly open: () => Promise<Engine>;
  readonly keys: FleetKeys;
  /** Aborted when this process gives up on writes that the store has not acknowledged. */
  readonly end: AbortController;
  readonly fault: (error: unknown) => void;
  readonly look: Omit<LookParts, 'store' | 'gates' | 'clock' | 'signal'>;
}

/** Starts looking at workers as their alarms ring. @throws TypeError for an invalid option */
export function startWork(options: FleetWorkOptions, parts: WorkParts): FleetWork {
  const { concurrency, drainMs } = readWorkOptions(options);
  const { open, keys, end, fault } = parts;
  const abort = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  let begun: { readonly engine: Engine; readonly work: AlarmWork } | undefined;
  let isStopping = false;

  const every = (store: FleetStore, ms: number, act: () => Promise<void>): void => {
    const turn = (): void => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        const done = (): void => {
          if (!isStopping) turn();
        };
        if (!store.isUp) return done();
        act().then(done, (error: unknown) => {
          if (store.isUp) fault(error);
          done();
        });
      }, ms);
      timers.add(timer);
    };
    turn();
  };
  const begin = async (): Promise<void> => {
    const engine = await open();
    const { store, alarms, gates, clock } = engine;
    const about = `${hostname()} ${process.pid}`;
    await store.greet(about);
    if (isStopping) return;
    const lookParts = { ...parts.look, store, gates, clock, signal: abort.signal };
    begun = { engine, work: alarms.work((id) => look(id, lookParts), concurrency) };
    const reconciler = createReconciler({
      redis: store.redis,
      keys,
      alarms,
      process: store.process,
      now: store.time.now,
      onRestored: (ids) => parts.look.emit({ type: 'alarms.restored', ids }),
    });
    every(store, GREET_MS, () => store.greet(about));
    every(store, RECONCILE_MS, reconciler.step);
  };
  const beginning = begin();
  beginning.catch(fault);

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      isStopping = true;
      for (const timer of timers) clearTimeout(timer);
      await beginning.catch(() => undefined);
      if (begun === undefined) return;
      const { engine, work } = begun;
      const { store, gates } = engine;
      const drained = work.drain();
      await Promise.race([drained, wait(drainMs)]);
      abort.abort(new Error('this process is ending its work'));
      const grace = wait(FLUSH_MS).then(() => end.abort(new Error('the store does not answer')));
      await Promise.race([Promise.all([drained, gates.flush()]), grace]);
      await Promise.race([work.close(), wait(FLUSH_MS)]);
      if (store.isUp) await store.redis.hdel(keys.processes, store.process).catch(fault);
    })();
    return stopped;
  };
  return { stop, [Symbol.asyncDispose]: stop };
}

function readWorkOptions(options: FleetWorkOptions): { concurrency: number; drainMs: number } {
  if (!isRecord(options)) {
    throw new TypeError(`work() was given ${describe(options)}; allowed is { concurrency?, drainSeconds? }`);
  }
  checkNames(options, ['concurrency', 'drainSeconds']);
  const { concurrency = 64, drainSeconds = 10 }: FleetWorkOptions = options;
  if (!(Number.isSafeInteger(concurrency) && concurrency >= 1)) {
    throw new TypeError(`concurrency is ${describe(concurrency)}; allowed is a whole number of at least 1`);
  }
  if (!(Number.isFinite(drainSeconds) && drainSeconds >= 0)) {
    throw new TypeError(`drainSeconds is ${describe(drainSeconds)}; allowed is a number of at least 0`);
  }
  return { concurrency, drainMs: Math.min(drainSeconds * 1000, 2 ** 31 - 1) };
}

/** A timer that does not keep the process alive. */
function wait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
