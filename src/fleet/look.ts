import type { WorkerClock } from '../clock/worker-clock.ts';
import { PeerSyncLocalError } from '../policy/errors.ts';
import { asPeerList } from '../policy/peer-record.ts';
import { recordHeld } from '../policy/peer-updates.ts';
import type { SyncPolicy, SyncPolicyOptions } from '../policy/sync-policy.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import { decide } from '../schedule/decide.ts';
import { inPlaceOf } from '../schedule/in-place-of.ts';
import { describeFailure } from '../schedule/read-attempt.ts';
import { beginRun, recordAbandonedRun } from '../schedule/run-steps.ts';
import { createWorkerContext, type WorkerContext } from '../schedule/worker-context.ts';
import type { PeerGate } from '../worker/peer-gate.ts';
import { type OneRun, runOnce } from '../worker/run-once.ts';
import type { SavedRun } from '../worker/run-once-options.ts';
import type { Next } from './alarm.ts';
import type { FleetEvent } from './fleet-events.ts';
import type { FleetSyncFunction } from './fleet-sync.ts';
import { foldEvents, policyOf } from './operator-events.ts';
import { type FleetRecord, fieldsOf, readRecord, writePeers, writePolicy, writeState } from './record.ts';
import { insist } from './store/insist.ts';
import { type FleetKeys, originOf } from './store/keys.ts';
import { EPOCH, type FleetStore } from './store/store.ts';
import type { Leave, LeaveRequest, StoreGates } from './store-gate.ts';

/** What a look needs. */
export interface LookParts {
  readonly store: FleetStore;
  readonly keys: FleetKeys;
  readonly gates: StoreGates;
  readonly sync: FleetSyncFunction;
  readonly policy: SyncPolicy;
  /** The store's time. */
  readonly clock: Required<WorkerClock>;
  readonly random: () => number;
  readonly fresh: () => string;
  readonly emit: (event: FleetEvent) => void;
  /** Milliseconds by which a worker's alarm rings after its due second, so that not all ring at once. */
  readonly spread: (id: string) => number;
  /** Aborts the run under way, and withdraws it. */
  readonly signal: AbortSignal;
  /** Aborted when the process gives up on writes that the store has not acknowledged. */
  readonly end: AbortSignal;
}

/** How long after its stuck limit a run may still be alive. */
const TAKEOVER_MS = 2000;

/** A leave older than this is requested again. */
const STALE_MS = 1000;

/** After more stale leaves than this for one attempt, the peer is held for a second. */
const MAX_STALE = 3;

/** Delay before a worker whose run was superseded is looked at again. */
const AGAIN_MS = 1000;

/** How long after the stuck limit a place at a gate frees itself. */
const PLACE_MS = 10_000;

/**
 * Looks at one worker, and makes one run of the chart if it is due.
 *
 * @returns when to look again
 * @throws FleetError
 */
export async function look(id: string, parts: LookParts): Promise<Next> {
  const { store, keys, clock, signal } = parts;
  if (signal.aborted) return { kind: 'at', time: clock.now() };
  const [kind, fields, closed] = await store.call('look', [keys.meta, keys.record(id)], [EPOCH, keys.gates]);
  if (kind === 'gone') return { kind: 'never' };
  const record = readRecord(id, fieldsOf(fields));
  const folded = fold(record, parts);
  let context = closeGates(folded.context, readClosures(closed, parts));
  for (;;) {
    const now = clock.now();
    context = decide(context, now / 1000, () => 0).context;
    if (context.worker.lastOutcome === 'running') {
      // The run may be alive in another process. Even a request must not take it over.
      const until = Math.max(record.leaseUntil, Math.ceil(context.decision.until * 1000));
      if (now < until) return { kind: 'at', time: until };
      context = decide(recordAbandonedRun(context), now / 1000, () => 0).context;
    }
    const { decision } = context;
    if (decision.kind === 'wait') {
      if (record.events !== '') await keep(id, record, folded, parts);
      return { kind: 'at', time: Math.ceil(decision.until * 1000) + parts.spread(id) };
    }
    const run = new FleetRun(id, record, folded, parts);
    if (decision.kind === 'solo') return run.go(context);
    const leave = await run.begin(context);
    if (leave.kind === 'gone') return { kind: 'never' };
    if (leave.kind === 'superseded') return { kind: 'at', time: now + AGAIN_MS };
    if (leave.kind === 'busy') {
      parts.emit({ type: 'run.held', id, peerUrl: decision.peerUrl, until: leave.slot / 1000 });
      return { kind: 'at', time: leave.slot };
    }
    if (leave.kind === 'leave') return run.go(context);
    parts.emit({ type: 'run.held', id, peerUrl: decision.peerUrl, until: leave.until / 1000 });
    const before = context;
    context = closeGates(context, new Map([[originOf(decision.peerUrl), leave.until / 1000]]));
    // A gate that closes and opens again at once must not keep this look in a loop.
    if (context === before) return { kind: 'at', time: Math.max(leave.until, now + AGAIN_MS) };
  }
}

interface Changes {
  readonly context: WorkerContext;
  readonly policy: SyncPolicyOptions;
}

/** Applies the events of a record to its state. */
export function fold(
  record: FleetRecord,
  { policy: fleetPolicy, sync }: Pick<LookParts, 'policy' | 'sync'>,
): Changes {
  const { state, peers, endedAt, request, policy, events } = record;
  const context = createWorkerContext({
    state,
    peers,
    endedAt,
    request,
    policy: policyOf(fleetPolicy, policy),
    isStart: false,
  });
  return foldEvents({ context, policy }, events, fleetPolicy, sync);
}

/** Holds the peers of closed gates, as a gate within a run does. This does not go on record. */
export function closeGates(context: WorkerContext, closed: ReadonlyMap<string, number>): WorkerContext {
  if (closed.size === 0) return context;
  let isChanged = false;
  const peers = context.peers.map((peer) => {
    const until = closed.get(originOf(peer.peerUrl));
    const held = until === undefined ? peer : recordHeld(peer, until);
    if (held.cooldownUntil === peer.cooldownUntil) return peer;
    isChanged = true;
    return held;
  });
  return isChanged ? { ...context, peers: asPeerList(peers) } : context;
}

/** Reads the closed gates in a reply, and remembers them. @returns when each opens, in Unix seconds, by origin */
export function readClosures(
  reply: unknown,
  { gates }: Pick<LookParts, 'gates'>,
): ReadonlyMap<string, number> {
  const closed = new Map<string, number>();
  if (!Array.isArray(reply)) return closed;
  for (let index = 0; index + 2 < reply.length; index += 3) {
    const origin = String(reply[index]);
    const until = Number(reply[index + 1]);
    gates.learn(origin, { until, header: String(reply[index + 2]) });
    closed.set(origin, until / 1000);
  }
  return closed;
}

/** Records the operators' events applied to a worker that keeps waiting. */
async function keep(
  id: string,
  record: FleetRecord,
  { context, policy }: Changes,
  parts: LookParts,
): Promise<void> {
  const outcome = context.worker.lastOutcome;
  await putOnRecord(id, parts, {
    fence: record.fence,
    nonce: parts.fresh(),
    isBegun: false,
    saved: { state: context.worker, peers: context.peers, endedAt: record.endedAt },
    request: writeRequest(context),
    policy,
    folded: record.events,
    outcomeBefore: outcome,
    keepsLease: record.leaseUntil > 0,
    answersRequests: false,
  });
}

/** What the script `finish` records. */
interface OnRecord {
  readonly fence: string;
  readonly nonce: string;
  /** Whether a run with this nonce is on record. */
  readonly isBegun: boolean;
  readonly saved: SavedRun;
  readonly request: string;
  readonly policy: SyncPolicyOptions;
  /** The operators' events that were applied. Later ones stay on record. */
  readonly folded: string;
  readonly outcomeBefore: string;
  readonly keepsLease: boolean;
  /** Whether the run answered the sync requests that came during it. */
  readonly answersRequests: boolean;
}

function putOnRecord(
  id: string,
  { store, keys }: Pick<LookParts, 'store' | 'keys'>,
  on: OnRecord,
): ReturnType<FleetStore['call']> {
  const flag = (isSet: boolean): string => (isSet ? '1' : '0');
  return store.call(
    'finish',
    [keys.meta, keys.record(id), keys.counts, keys.acks],
    [
      EPOCH,
      store.process,
      on.fence,
      on.nonce,
      flag(on.isBegun),
      writeState(on.saved.state),
      writePeers(on.saved.peers),
      writeEnd(on.saved.endedAt),
      on.request,
      writePolicy(on.policy),
      on.folded,
      on.outcomeBefore,
      on.saved.state.lastOutcome,
      flag(on.keepsLease),
      flag(on.answersRequests),
    ],
  );
}

/** One run of the chart: requests leave to ask each peer, and records the end. */
class FleetRun {
  readonly #id: string;
  readonly #record: FleetRecord;
  readonly #changes: Changes;
  readonly #parts: LookParts;
  readonly #nonce: string;
  /** Aborted when the chart is done: no leave is requested after that. */
  readonly #over = new AbortController();
  #fence: string;
  #isBegun = false;
  /** The leave granted before the chart started, and the peer it is for. */
  #given: { readonly peerUrl: string; readonly sentAt: number } | undefined;
  #saved: SavedRun | undefined;
  /** Why the result is dropped. */
  #drop: 'superseded' | 'gone' | undefined;
  #header = '';

  constructor(id: string, record: FleetRecord, changes: Changes, parts: LookParts) {
    this.#id = id;
    this.#record = record;
    this.#changes = changes;
    this.#parts = parts;
    this.#nonce = parts.fresh();
    this.#fence = record.fence;
  }

  /** Requests leave to ask the first peer. If it is granted, the run is on record. */
  async begin(context: WorkerContext): Promise<Leave> {
    const { peerUrl } = context.decision;
    const begun = beginRun(context);
    const leave = await this.#leave(peerUrl, { state: begun.worker, peers: begun.peers, endedAt: null });
    if (leave.kind === 'leave') {
      this.#given = { peerUrl, sentAt: leave.sentAt };
      this.#parts.emit({ type: 'run.started', id: this.#id, fence: this.#fence, peerUrl });
    }
    return leave;
  }

  /** Makes the run and records its end. */
  async go(context: WorkerContext): Promise<Next> {
    const { clock, random, emit, signal } = this.#parts;
    const { worker: state, peers, policy, request, endedAt } = context;
    const outcome = await runOnce({
      sync: this.#sync(),
      saved: { state, peers, endedAt },
      policy,
      ...(request === 'none' ? {} : { request }),
      gate: this.#gate(),
      save: (saved) => {
        this.#saved = saved;
      },
      signal,
      clock,
      random,
    }).finally(() => this.#over.abort(new Error('the run is over')));
    // If the chart did not ask the peer after all, free its place.
    await this.#giveBack();
    if (this.#drop !== undefined) return this.#dropped(this.#drop);
    const { saved, ended, attempts } = outcome;
    for (const attempt of attempts) {
      if (attempt.result.outcome === 'held') continue;
      emit({ type: 'attempt.finished', id: this.#id, fence: this.#fence, ...attempt });
    }
    return this.#finish(outcome, saved, ended);
  }

  async #finish(outcome: OneRun, saved: SavedRun, ended: OneRun['ended']): Promise<Next> {
    const { store, clock, emit, spread, end } = this.#parts;
    const isUnfinished = ended === 'unfinished';
    const reply = await insist(store, end, () =>
      putOnRecord(this.#id, this.#parts, {
        fence: this.#fence,
        nonce: this.#nonce,
        isBegun: this.#isBegun,
        saved,
        request: ended === 'waiting' ? writeRequest(this.#changes.context) : '',
        policy: this.#changes.policy,
        folded: this.#record.events,
        outcomeBefore: this.#isBegun ? 'running' : this.#record.state.lastOutcome,
        keepsLease: isUnfinished,
        answersRequests: !isUnfinished && ended !== 'waiting',
      }),
    );
    if (reply[0] === 'superseded' || reply[0] === 'gone') return this.#dropped(reply[0]);
    const now = clock.now();
    const due = Math.ceil(outcome.nextAt * 1000);
    const lease = isUnfinished ? due + TAKEOVER_MS : 0;
    const time = reply[1] === '1' && !isUnfinished ? now : Math.max(due, lease) + spread(this.#id);
    if (ended !== 'waiting') {
      emit({
        type: 'run.finished',
        id: this.#id,
        fence: this.#fence,
        ended,
        state: saved.state,
        nextAt: time / 1000,
      });
    }
    return { kind: 'at', time };
  }

  #dropped(why: 'superseded' | 'gone'): Next {
    const { emit, clock } = this.#parts;
    emit({ type: 'run.superseded', id: this.#id, fence: this.#fence });
    return why === 'gone' ? { kind: 'never' } : { kind: 'at', time: clock.now() + AGAIN_MS };
  }

  /** The user's function with the worker's id and fence. Notes the Retry-After header for the gate. */
  #sync(): SyncFunction {
    const { sync } = this.#parts;
    return inPlaceOf(sync, async (peer, given) => {
      this.#header = '';
      try {
        return await sync(peer, { ...given, id: this.#id, fence: this.#fence });
      } catch (error) {
        this.#header = describeFailure(error, given.now()).retryAfterHeader;
        throw error;
      }
    });
  }

  #gate(): PeerGate {
    const { gates, emit, clock } = this.#parts;
    return {
      enter: async (peerUrl) => {
        let given = this.#given?.peerUrl === peerUrl ? this.#given : undefined;
        if (given === undefined) await this.#giveBack();
        this.#given = undefined;
        for (let tries = 0; ; tries += 1) {
          if (tries > MAX_STALE) return { held: clock.now() / 1000 + 1 };
          if (given === undefined) {
            const leave = await this.#leave(peerUrl, this.#saved);
            if (leave.kind === 'busy') return { held: leave.slot / 1000 };
            if (leave.kind === 'closed') return { held: leave.until / 1000 };
            if (leave.kind !== 'leave') return this.#lose(leave.kind);
            given = { peerUrl, sentAt: leave.sentAt };
          }
          const age = clock.monotonic() - given.sentAt;
          if (age <= STALE_MS) break;
          emit({ type: 'leave.stale', id: this.#id, peerUrl, seconds: age / 1000 });
          given = undefined;
        }
        const began = clock.monotonic();
        return {
          answered: ({ retryAfterSeconds }) =>
            gates.answered({
              id: this.#id,
              nonce: this.#nonce,
              peerUrl,
              retryAfterSeconds,
              header: this.#header,
              tookMs: clock.monotonic() - began,
            }),
        };
      },
    };
  }

  /** Ends the run without a result: the record now belongs to another run, or is gone. */
  #lose(why: 'superseded' | 'gone'): never {
    this.#drop = why;
    throw new PeerSyncLocalError(`another process has this worker (${why})`);
  }

  async #giveBack(): Promise<void> {
    const given = this.#given;
    this.#given = undefined;
    if (given === undefined) return;
    await this.#parts.gates.answered({
      id: this.#id,
      nonce: this.#nonce,
      peerUrl: given.peerUrl,
      retryAfterSeconds: 0,
      header: '',
      tookMs: 0,
    });
  }

  async #leave(peerUrl: string, saved: SavedRun | undefined): Promise<Leave> {
    const { gates } = this.#parts;
    const { context, policy } = this.#changes;
    const stuckMs = context.policy.stuckAfterSeconds * 1000;
    const request: LeaveRequest = {
      id: this.#id,
      peerUrl,
      fence: this.#fence,
      nonce: this.#nonce,
      isFirst: !this.#isBegun,
      state: writeState(saved?.state ?? context.worker),
      peers: writePeers(saved?.peers ?? context.peers),
      request: '',
      policy: writePolicy(policy),
      folded: this.#record.events,
      outcomeBefore: this.#record.state.lastOutcome,
      leaseMs: stuckMs + TAKEOVER_MS,
      placeMs: stuckMs + PLACE_MS,
    };
    const leave = await gates.leave(request, this.#over.signal);
    if (leave.kind === 'leave') {
      this.#isBegun = true;
      this.#fence = leave.fence;
    }
    return leave;
  }
}

function writeEnd(endedAt: number | null): string {
  return endedAt === null ? '' : String(Math.ceil(endedAt * 1000));
}

function writeRequest({ request }: WorkerContext): string {
  return request === 'none' ? '' : request;
}
