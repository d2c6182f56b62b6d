import type { Redis } from 'ioredis';
import { asError } from '../../policy/thrown.ts';
import { FleetError } from '../fleet-errors.ts';
import type { FleetKeys } from './keys.ts';
import { type ScriptName, SERVER_TIME, scripts, scriptText } from './scripts.ts';
import { createStoreTime, type StoreTime } from './store-time.ts';

/** The format of the records. A store with a newer format is refused. */
export const FORMAT = 1;

/** Maximum delay between two attempts to connect. */
export const MAX_RETRY_MS = 1000;

/**
 * How long no peer is asked after the store came back. By then every process has reconnected and reported what its peers answered
 * meanwhile.
 */
const SETTLE_MS = 2 * MAX_RETRY_MS;

/** The answer of a script, after the time. */
export type Reply = readonly unknown[];

/** Callbacks for changes of the store. */
export interface StoreEvents {
  down(error: Error): void;
  up(): void;
  /** It lost data: no peer is asked before `quietUntil`, in milliseconds of its time. */
  forgot(quietUntil: number): void;
  /** Its clock jumped. */
  stepped(seconds: number): void;
}

/** Calls the scripts, and notices by the epoch that the store lost data. */
export interface FleetStore {
  readonly redis: Redis;
  readonly time: StoreTime;
  readonly process: string;
  readonly epoch: string;
  /** Whether it answers. */
  readonly isUp: boolean;
  /** Connects and greets. @throws FleetError */
  open(): Promise<void>;
  /**
   * Registers this process, and checks whether the store lost data.
   *
   * @param about shown to operators; '' if the process does not work
   */
  greet(about: string): Promise<void>;
  /** Reads the store's time, and checks whether it lost data. */
  refresh(): Promise<void>;
  /** @throws FleetError if the store is away or refuses */
  call(script: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply>;
  /** Until when no peer is asked because the store just came back or its clock was set, in milliseconds of its time; else 0. */
  quietUntil(): number;
  /** Resolves when the store answers again; rejects once the signal is aborted. */
  back(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Not connected yet. Its commands must fail at once while the store is away. */
  readonly redis: Redis;
  readonly keys: FleetKeys;
  readonly process: string;
  readonly events: StoreEvents;
  readonly monotonic: () => number;
  readonly fresh: () => string;
  /** The Lua function by which the scripts read the time. @default the server's time */
  readonly timeScript?: string | undefined;
}

export function createStore(options: StoreOptions): FleetStore {
  const { redis, keys, process, events, monotonic, fresh, timeScript = SERVER_TIME } = options;
  const time = createStoreTime(monotonic, events.stepped);
  const waiting = new Set<() => void>();
  let epoch = '';
  let about = '';
  let acknowledged = 0;
  let isUp = false;
  let isClosed = false;
  let isDownReported = false;
  let lastError: Error | undefined;
  /** By the monotonic clock. */
  let settledAt = Number.NEGATIVE_INFINITY;

  const commands = new Map<ScriptName, (args: readonly (string | number)[]) => Promise<unknown>>();
  for (const name of Object.keys(scripts) as ScriptName[]) {
    // ioredis sends the text if the server does not have it (NOSCRIPT), as after a restart.
    redis.defineCommand(`fleet_${name}`, {
      numberOfKeys: scripts[name].keys,
      lua: scriptText(name, timeScript),
    });
    const command: unknown = Reflect.get(redis, `fleet_${name}`);
    if (typeof command === 'function') commands.set(name, (args) => command.apply(redis, args));
  }

  const run: FleetStore['call'] = async (script, names, args) => {
    const sentAt = monotonic();
    let reply: unknown;
    try {
      reply = await commands.get(script)?.([...names, ...args]);
    } catch (error) {
      throw asStoreError(error);
    }
    if (!Array.isArray(reply)) throw new FleetError('malformed', `Redis answered ${script} with no list`);
    time.read(Number(reply[0]), sentAt);
    return reply.slice(1);
  };

  const greet = async (): Promise<void> => {
    const args = [epoch, process, acknowledged, fresh(), FORMAT, about];
    const [verdict, current, quiet] = await run('hello', [keys.meta, keys.acks, keys.processes], args);
    if (verdict === 'newer') {
      throw new FleetError(
        'newer_format',
        `this fleet has format ${String(current)}, and this version knows ${FORMAT}; update infonet-sync-worker here`,
      );
    }
    epoch = String(current);
    if (verdict === 'forgot') events.forgot(Number(quiet));
  };

  const answers = (): void => {
    isUp = true;
    for (const resolve of waiting) resolve();
    waiting.clear();
    if (isDownReported) {
      settledAt = monotonic() + SETTLE_MS;
      events.up();
    }
    isDownReported = false;
  };
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  redis.on('ready', () => {
    if (isClosed || epoch === '') return;
    // Check for lost data before anything else uses the store.
    greet().then(answers, (error: Error) => {
      lastError = error;
      redis.disconnect(true);
    });
  });
  redis.on('close', () => {
    const wasUp = isUp;
    isUp = false;
    if (isClosed || isDownReported || (!wasUp && epoch === '')) return;
    isDownReported = true;
    events.down(lastError ?? new Error('Redis ended the connection'));
  });

  return {
    redis,
    time,
    process,
    get epoch() {
      return epoch;
    },
    get isUp() {
      return isUp;
    },
    open: async () => {
      try {
        await redis.connect();
      } catch (error) {
        redis.disconnect();
        isClosed = true;
        throw asStoreError(lastError ?? error);
      }
      await greet();
      answers();
    },
    refresh: () => greet(),
    greet: (who) => {
      about = who;
      return greet();
    },
    call: async (script, names, args) => {
      for (let tries = 0; ; tries += 1) {
        const reply = await run(
          script,
          names,
          args.map((arg) => (arg === EPOCH ? epoch : arg)),
        );
        if (script === 'leave' || script === 'finish' || script === 'answered') {
          const count = Number(reply[reply.length - 1]);
          if (reply[0] === 'leave' || reply[0] === 'finished' || reply[0] === 'answered') {
            acknowledged = Math.max(acknowledged, count);
          }
        }
        if (reply[0] !== 'forgot') return reply;
        if (tries === 3) throw new FleetError('store_away', 'Redis changes its epoch again and again');
        await greet();
      }
    },
    quietUntil: () => {
      const left = settledAt - monotonic();
      return Math.max(time.alarmUntil(), left > 0 ? time.now() + Math.ceil(left) : 0);
    },
    back: (signal) =>
      isUp
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            const end = (): void => {
              waiting.delete(done);
              reject(signal.reason);
            };
            const done = (): void => {
              signal.removeEventListener('abort', end);
              resolve();
            };
            if (signal.aborted) return end();
            signal.addEventListener('abort', end, { once: true });
            waiting.add(done);
          }),
    close: async () => {
      isClosed = true;
      isUp = false;
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}

/** Placeholder for the epoch in the arguments of a script: the epoch may change between two tries. */
export const EPOCH = '\0epoch';

/** Turns the error of a command into a FleetError. */
function asStoreError(cause: unknown): Error {
  const { name, message } = asError(cause);
  if (
    name === 'ReplyError' &&
    !/^(?:LOADING|READONLY|MASTERDOWN|OOM|MISCONF|CLUSTERDOWN|TRYAGAIN|BUSY)/.test(message)
  ) {
    return new FleetError('malformed', `Redis refused a command: ${message}`, { cause });
  }
  return new FleetError('store_away', `Redis is unavailable: ${message}`, { cause });
}
