import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { systemRandom, systemReport } from '../clock/system-ports.ts';
import type { InspectorPage } from '../inspect/inspection.ts';
import { createPeerList } from '../policy/peer-record.ts';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { resolvePolicy } from '../policy/sync-policy.ts';
import { initialSyncState } from '../policy/sync-worker-state.ts';
import { checkSyncState } from '../policy/sync-worker-state-wire.ts';
import { asError } from '../policy/thrown.ts';
import { decide } from '../schedule/decide.ts';
import { createWorkerContext } from '../schedule/worker-context.ts';
import { createEventHub } from '../worker/event-hub.ts';
import { examine } from './doctor.ts';
import { type Engine, loadEngine } from './engine.ts';
import type { Fleet, FleetStatus, FleetWork, FleetWorkerInput, FleetWorkOptions } from './fleet.ts';
import { FleetError } from './fleet-errors.ts';
import { type FleetEvent, fleetEventTypes } from './fleet-events.ts';
import { checkId, type FleetOptions, readFleetOptions } from './fleet-options.ts';
import { type OperatorEvent, policyOf, writeEvent } from './operator-events.ts';
import { readStatus } from './read-status.ts';
import { fieldsOf, readRecord, writePeers, writePolicy, writeState } from './record.ts';
import { type SeenWorker, seeWorker } from './seen-worker.ts';
import { fleetKeys, originOf } from './store/keys.ts';
import { EPOCH } from './store/store.ts';
import { startWork } from './work.ts';

/** Maximum size of the events that wait for one worker. */
const MAX_EVENT_BYTES = 64 * 1024;

/** Workers per batch of `addMany`. */
const BATCH = 500;

/**
 * Runs workers in any number of processes and machines, on BullMQ over Redis or Valkey. Loads and connects nothing before the
 * first call.
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
  let loading: Promise<Engine> | undefined;
  let opening: Promise<Engine> | undefined;
  const open = (): Promise<Engine> => {
    if (opening === undefined) {
      const ports = { process, monotonic, fresh, emit: hub.emit, fault, end: end.signal };
      loading = loadEngine({ connection, keys, perPeer, ...ports });
      opening = loading.then(async (engine) => {
        await engine.store.open();
        return engine;
      });
    }
    return opening;
  };
  const works = new Set<FleetWork>();
  const pages = new Set<InspectorPage>();

  /** When a new worker is first looked at: the policy decides, including its spread. */
  const firstLook = (worker: Ready, now: number): number => {
    const input = { ...worker, policy: policyOf(policy, worker.policy), isStart: true };
    const { decision } = decide(createWorkerContext(input), now / 1000, random).context;
    return Math.ceil(decision.until * 1000);
  };
  const addBatch = async (batch: readonly FleetWorkerInput[]): Promise<number> => {
    const { store, alarms } = await open();
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
    const now = store.time.now();
    await alarms.add(ready.filter(isNew).map((worker) => ({ id: worker.id, time: firstLook(worker, now) })));
    for (const [index, given] of batch.entries()) {
      if (isNew(given, index)) continue;
      if (given.peers !== undefined)
        await sendEvent(given.id, { type: 'peers.changed', at: 0, peers: given.peers });
      if (given.policy !== undefined)
        await sendEvent(given.id, { type: 'policy.changed', at: 0, policy: given.policy });
    }
    return ready.filter(isNew).length;
  };
  const sendEvent = async (id: string, event: OperatorEvent): Promise<void> => {
    const { store, alarms } = await open();
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
    // The alarm of a worker that is being looked at cannot ring; try again once the look has set it.
    for (let tries = 0; tries < 20 && !(await alarms.ring(id)); tries += 1) {
      if ((await store.redis.hexists(keys.record(id), 'lease')) === 1) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const read = async (id: string): Promise<{ fields: unknown; closed: unknown } | undefined> => {
    const { store } = await open();
    const [kind, fields, closed] = await store.call(
      'look',
      [keys.meta, keys.record(checkId(id))],
      [EPOCH, keys.gates],
    );
    return kind === 'gone' ? undefined : { fields, closed };
  };
  const see = async (id: string): Promise<SeenWorker | undefined> => {
    const found = await read(id);
    const { store, gates } = await open();
    return found && seeWorker(id, found, store.time.now(), { gates, policy, sync });
  };

  const status = async (): Promise<FleetStatus> => readStatus({ name, keys, ...(await open()) });

  return {
    open: async () => {
      await open();
    },
    add: async (id, worker = {}) => {
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
      const { store, alarms } = await open();
      const [said] = await store.call('remove', [keys.meta, keys.record(checkId(id)), keys.counts], [EPOCH]);
      await alarms.remove(id);
      return said === 'removed';
    },
    requestSync: (id, { force = false } = {}) => sendEvent(id, { type: 'sync.requested', at: 0, force }),
    setPeers: async (id, peers) => {
      createPeerList(peers);
      await sendEvent(id, { type: 'peers.changed', at: 0, peers });
    },
    peerSeen: async (id, peerUrl) =>
      sendEvent(id, { type: 'peer.seen', at: 0, peerUrl: normalizePeerUrl(peerUrl) }),
    resetPeer: async (id, peerUrl, { force = false } = {}) => {
      const url = normalizePeerUrl(peerUrl);
      if (force) {
        const { store, gates } = await open();
        await store.call('open', [keys.gate(originOf(url)), keys.closed], [originOf(url)]);
        gates.forget(originOf(url));
      }
      await sendEvent(id, { type: 'peer.reset', at: 0, peerUrl: url, force });
    },
    setPolicy: async (id, own) => {
      policyOf(policy, own);
      await sendEvent(id, { type: 'policy.changed', at: 0, policy: own });
    },
    get: async (id) => {
      const found = await read(id);
      if (found === undefined) return undefined;
      const { state, peers } = readRecord(id, fieldsOf(found.fields));
      return { state, peers };
    },
    why: async (id) => {
      const seen = await see(id);
      if (seen === undefined) throw unknownWorker(id);
      return seen.why;
    },
    peer: async (peerUrl) => {
      const origin = originOf(normalizePeerUrl(peerUrl));
      const { store } = await open();
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
    status,
    doctor: async () => {
      const { store } = await open();
      await store.refresh();
      return examine(store.redis, () => store.time.now() / 1000);
    },
    inspect: async ({ port = 0 } = {}) => {
      const { store } = await open();
      const { inspectFleet } = await import('./inspect-fleet.ts');
      const page = await inspectFleet({ name, port, now: () => store.time.now() / 1000, status, see });
      pages.add(page);
      return page;
    },
    work: (workOptions: FleetWorkOptions = {}) => {
      if (settings.sync === undefined)
        throw new TypeError('sync is undefined; to work, createFleet() needs one');
      const work = startWork(workOptions, {
        open,
        keys,
        end,
        fault,
        look: { keys, sync, policy, random, fresh, emit: hub.emit, spread: spreadOf, end: end.signal },
      });
      works.add(work);
      return work;
    },
    // The sync function made the details, so they have the type that it declares.
    on: hub.on as Fleet<Details>['on'],
    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    await Promise.all([...works].map((work) => work.stop()));
    await Promise.all([...pages].map((page) => page.close()));
    end.abort(new Error('the fleet was closed'));
    // If loading failed there is nothing to close.
    const engine = await loading?.catch(() => undefined);
    await engine?.alarms.close();
    await engine?.store.close();
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

/** A fixed offset of 0 to 999 ms per worker: due times are whole seconds, and all alarms of a second would ring at once. */
function spreadOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % 1000;
}
