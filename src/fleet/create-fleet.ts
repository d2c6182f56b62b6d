import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../clock/system-clock.ts';
import { systemRandom, systemReport } from '../clock/system-ports.ts';
import type { WorkerClock } from '../clock/worker-clock.ts';
import { explain } from '../explain/why.ts';
import { createPeerList } from '../policy/peer-record.ts';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { resolvePolicy } from '../policy/sync-policy.ts';
import { initialSyncState, type SyncOutcome, syncOutcomes } from '../policy/sync-worker-state.ts';
import { checkSyncState } from '../policy/sync-worker-state-wire.ts';
import { asError } from '../policy/thrown.ts';
import { decide } from '../schedule/decide.ts';
import { createWorkerContext } from '../schedule/worker-context.ts';
import { createEventHub } from '../worker/event-hub.ts';
import { createBullAlarms } from './bullmq-alarms.ts';
import { examine } from './doctor.ts';
import type { Fleet, FleetStatus, FleetWork, FleetWorkerInput, FleetWorkOptions } from './fleet.ts';
import { FleetError } from './fleet-errors.ts';
import { type FleetEvent, fleetEventTypes } from './fleet-events.ts';
import { checkId, type FleetOptions, readFleetOptions } from './fleet-options.ts';
import { closeGates, fold, readClosures } from './look.ts';
import { type OperatorEvent, policyOf, writeEvent } from './operator-events.ts';
import { fieldsOf, readRecord, writePeers, writePolicy, writeState } from './record.ts';
import { connectEngine } from './store/connect.ts';
import { fleetKeys, originOf } from './store/keys.ts';
import { createStore, EPOCH } from './store/store.ts';
import { createStoreGates } from './store-gate.ts';
import { startWork } from './work.ts';

/** The most bytes of events that wait for one worker. */
const MAX_EVENT_BYTES = 64 * 1024;

/** Workers that are added at once. */
const BATCH = 500;

/**
 * Workers over any number of processes and machines, on BullMQ over Redis or Valkey. Nothing is connected before the first call.
 *
 * @throws RangeError for a policy option, TypeError for any other, naming it, its value and what is allowed
 */
export function createFleet<Details = unknown>(options: FleetOptions<Details>): Fleet<Details> {
  const settings = readFleetOptions(options as FleetOptions);
  const { connection, name, policy, perPeer, random = systemRandom } = settings;
  const sync = settings.sync ?? noSync;
  const keys = fleetKeys(name);
  const process = `${hostname()} ${globalThis.process.pid} ${fresh()}`;
  const monotonic = (): number => performance.now();
  const hub = createEventHub<FleetEvent>(fleetEventTypes, (error, event) => {
    if (event.type === 'fault') systemReport(asError(error));
    else fault(error);
  });
  const fault = (cause: unknown): void => {
    const error = asError(cause);
    if (hub.listens('fault')) hub.emit({ type: 'fault', error });
    else systemReport(error);
  };

  const end = new AbortController();
  const store = createStore({
    connection,
    keys,
    process,
    monotonic,
    fresh,
    events: {
      down: (error) => hub.emit({ type: 'store.down', error }),
      up: () => hub.emit({ type: 'store.up' }),
      forgot: (until) => {
        hub.emit({ type: 'store.forgot', until: until / 1000 });
        gates.replay().catch(fault);
      },
      stepped: (seconds) => hub.emit({ type: 'clock.stepped', seconds }),
    },
  });
  const gates = createStoreGates({ store, keys, perPeer, monotonic, end: end.signal });
  const clock: Required<WorkerClock> = {
    now: store.time.now,
    monotonic,
    setTimeout: systemClock.setTimeout,
    clearTimeout: systemClock.clearTimeout,
  };
  const alarms = createBullAlarms({
    prefix: keys.prefix,
    redis: connectEngine(connection),
    now: store.time.now,
    // While the store is away BullMQ says so every second or two; once is enough.
    report: (error) => {
      if (store.isUp) fault(error);
    },
  });

  let opening: Promise<void> | undefined;
  const open = (): Promise<void> => {
    opening ??= store.open();
    return opening;
  };
  const works = new Set<FleetWork>();

  /** A new worker's first look: by the policy's own decision, spread included. */
  const firstLook = (worker: Ready): number => {
    const input = { ...worker, policy: policyOf(policy, worker.policy), isStart: true };
    const { decision } = decide(createWorkerContext(input), store.time.now() / 1000, random).context;
    return Math.ceil(decision.until * 1000);
  };
  const addBatch = async (batch: readonly FleetWorkerInput[]): Promise<number> => {
    const ready = batch.map(readWorker);
    const replies = await Promise.all(
      ready.map(({ id, state, peers, policy: own }) =>
        store.call(
          'add',
          [keys.meta, keys.record(id), keys.counts],
          [EPOCH, writeState(state), writePeers(peers), writePolicy(own), state.lastOutcome],
        ),
      ),
    );
    const isNew = (_: unknown, index: number): boolean => replies[index]?.[0] === 'added';
    await alarms.add(ready.filter(isNew).map((worker) => ({ id: worker.id, time: firstLook(worker) })));
    for (const [index, given] of batch.entries()) {
      if (isNew(given, index)) continue;
      if (given.peers !== undefined)
        await tell(given.id, { type: 'peers.changed', at: 0, peers: given.peers });
      if (given.policy !== undefined)
        await tell(given.id, { type: 'policy.changed', at: 0, policy: given.policy });
    }
    return ready.filter(isNew).length;
  };
  const tell = async (id: string, event: OperatorEvent): Promise<void> => {
    await open();
    const line = writeEvent(event, fresh());
    const [said] = await store.call(
      'tell',
      [keys.meta, keys.record(checkId(id))],
      [EPOCH, line, MAX_EVENT_BYTES],
    );
    if (said === 'gone') throw unknownWorker(id);
    if (said === 'full') {
      throw new FleetError(
        'too_many_events',
        `too many events wait for worker ${id}; does any process work on this fleet?`,
      );
    }
    // One that is just being looked at is about to be set again: it is rung once it is.
    for (let tries = 0; tries < 20 && !(await alarms.ring(id)); tries += 1) {
      if ((await store.redis.hexists(keys.record(id), 'lease')) === 1) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const read = async (id: string): Promise<{ fields: Map<string, string>; closed: unknown } | undefined> => {
    await open();
    const [kind, fields, closed] = await store.call(
      'look',
      [keys.meta, keys.record(checkId(id))],
      [EPOCH, keys.gates],
    );
    return kind === 'gone' ? undefined : { fields: fieldsOf(fields), closed };
  };

  return {
    open,
    add: async (id, worker = {}) => {
      await open();
      return (await addBatch([{ ...worker, id }])) === 1;
    },
    addMany: async (workers) => {
      await open();
      let added = 0;
      let batch: FleetWorkerInput[] = [];
      for await (const worker of workers) {
        batch.push(worker);
        if (batch.length < BATCH) continue;
        added += await addBatch(batch);
        batch = [];
      }
      return added + (await addBatch(batch));
    },
    remove: async (id) => {
      await open();
      const [said] = await store.call('remove', [keys.meta, keys.record(checkId(id)), keys.counts], [EPOCH]);
      await alarms.remove(id);
      return said === 'removed';
    },
    requestSync: (id, { force = false } = {}) => tell(id, { type: 'sync.requested', at: 0, force }),
    setPeers: async (id, peers) => {
      createPeerList(peers);
      await tell(id, { type: 'peers.changed', at: 0, peers });
    },
    peerSeen: async (id, peerUrl) =>
      tell(id, { type: 'peer.seen', at: 0, peerUrl: normalizePeerUrl(peerUrl) }),
    resetPeer: async (id, peerUrl, { force = false } = {}) => {
      const url = normalizePeerUrl(peerUrl);
      if (force) {
        await open();
        await store.call('open', [keys.gate(originOf(url))], []);
        gates.forget(originOf(url));
      }
      await tell(id, { type: 'peer.reset', at: 0, peerUrl: url, force });
    },
    setPolicy: async (id, own) => {
      policyOf(policy, own);
      await tell(id, { type: 'policy.changed', at: 0, policy: own });
    },
    get: async (id) => {
      const found = await read(id);
      if (found === undefined) return undefined;
      const { state, peers } = readRecord(id, found.fields);
      return { state, peers };
    },
    why: async (id) => {
      const found = await read(id);
      if (found === undefined) throw unknownWorker(id);
      const record = readRecord(id, found.fields);
      const now = store.time.now() / 1000;
      const closed = readClosures(found.closed, { gates });
      const { context } = fold(record, { policy, sync });
      const why = explain(decide(closeGates(context, closed), now, () => 0).context, now);
      return {
        ...why,
        asking: record.holder === '' ? '' : context.worker.lastPeerUrl,
        id,
        holder: record.holder,
        fence: record.fence,
        leaseUntil: record.leaseUntil / 1000,
        events: record.events.split('\n').length - 1,
        gates: [...closed].map(([origin, closedUntil]) => ({ origin, closedUntil })),
      };
    },
    peer: async (peerUrl) => {
      const origin = originOf(normalizePeerUrl(peerUrl));
      await open();
      const [, gate, places, slots, count] = await store.call(
        'gate',
        [keys.gate(origin), keys.places(origin), keys.slots(origin)],
        [],
      );
      const fields = fieldsOf(gate);
      const until = Number(fields.get('until') ?? 0);
      return {
        origin,
        closedUntil: until > store.time.now() ? until / 1000 : 0,
        header: until > store.time.now() ? (fields.get('header') ?? '') : '',
        inFlight: Array.isArray(places) ? places.map((place) => String(place).replace(/ [^ ]*$/, '')) : [],
        waiting: [...fieldsOf(slots)].map(([id, slot]) => ({ id, slot: Number(slot) / 1000 })),
        waitingCount: Number(count),
      };
    },
    status: async (): Promise<FleetStatus> => {
      await open();
      await store.refresh();
      const [counts, processes, quiet] = await Promise.all([
        store.redis.hgetall(keys.counts),
        store.redis.hgetall(keys.processes),
        store.redis.hget(keys.meta, 'quiet'),
      ]);
      const states = Object.fromEntries(
        syncOutcomes.map((outcome) => [outcome, Number(counts[outcome] ?? 0)]),
      ) as Record<SyncOutcome, number>;
      const now = store.time.now();
      const { paused, ...alarmCounts } = await alarms.counts();
      return {
        name,
        at: now / 1000,
        workers: Object.values(states).reduce((all, count) => all + count, 0),
        states,
        alarms: alarmCounts,
        paused,
        processes: Object.entries(processes).map(([who, value]) => {
          const [seenAt = '0', ...about] = value.split(' ');
          return { process: who, about: about.join(' '), seenAt: Number(seenAt) / 1000 };
        }),
        quietUntil: Number(quiet ?? 0) > now ? Number(quiet) / 1000 : 0,
      };
    },
    doctor: async () => {
      await open();
      await store.refresh();
      return examine(store.redis, () => store.time.now() / 1000);
    },
    work: (workOptions: FleetWorkOptions = {}) => {
      if (settings.sync === undefined)
        throw new TypeError('sync is undefined; to work, createFleet() needs one');
      const work = startWork(workOptions, {
        open,
        store,
        keys,
        gates,
        alarms,
        end,
        fault,
        emit: hub.emit,
        look: {
          store,
          keys,
          gates,
          sync,
          policy,
          clock,
          random,
          fresh,
          emit: hub.emit,
          spread: spreadOf,
          end: end.signal,
        },
      });
      works.add(work);
      return work;
    },
    // The details of an answer are the sync function's own: what comes out is what it put in.
    on: hub.on as Fleet<Details>['on'],
    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    await Promise.all([...works].map((work) => work.stop()));
    end.abort(new Error('the fleet was closed'));
    await alarms.close();
    await store.close();
  }
}

type Ready = Required<Omit<FleetWorkerInput, 'peers' | 'policy' | 'state'>> & {
  readonly peers: ReturnType<typeof createPeerList>;
  readonly policy: NonNullable<FleetWorkerInput['policy']>;
  readonly state: NonNullable<FleetWorkerInput['state']>;
};

function readWorker({ id, peers = [], policy = {}, state }: FleetWorkerInput): Ready {
  resolvePolicy(policy);
  return {
    id: checkId(id),
    peers: createPeerList(peers),
    policy,
    state: state === undefined ? initialSyncState() : checkSyncState(state),
  };
}

function noSync(): never {
  throw new Error('this process has no sync function');
}

function unknownWorker(id: string): FleetError {
  return new FleetError('unknown_worker', `no worker has the id ${id}; add it first`);
}

function fresh(): string {
  return randomBytes(9).toString('base64url');
}

/** Milliseconds below a second, the same for a worker each time: due times are whole seconds, and all would ring at once. */
function spreadOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % 1000;
}
