import { PeerSyncLocalError } from '../policy/errors.ts';
import type { SyncFunction } from '../schedule/attempt.ts';
import { inPlaceOf } from '../schedule/in-place-of.ts';
import { describeFailure } from '../schedule/read-attempt.ts';
import { beginRun } from '../schedule/run-steps.ts';
import type { WorkerContext } from '../schedule/worker-context.ts';
import type { PeerGate } from '../worker/peer-gate.ts';
import { type OneRun, runOnce } from '../worker/run-once.ts';
import type { SavedRun } from '../worker/run-once-options.ts';
import type { Next } from './alarm.ts';
import type { Changes, LookParts } from './look-parts.ts';
import { putOnRecord, writeRequest } from './put-on-record.ts';
import { type FleetRecord, writePeers, writePolicy, writeState } from './record.ts';
import { insist } from './store/insist.ts';
import type { Leave, LeaveRequest } from './store-gate.ts';

/** How long after its stuck limit a run may still be alive. */
const TAKEOVER_MS = 2000;

/** A leave older than this is requested again. */
const STALE_MS = 1000;

/** After more stale leaves than this for one attempt, the peer is held for a second. */
const MAX_STALE = 3;

/** Delay before a worker whose run was superseded is looked at again. */
export const AGAIN_MS = 1000;

/** How long after the stuck limit a place at a gate frees itself. */
const PLACE_MS = 10_000;

/** One run of the chart: requests leave to ask each peer, and records the end. */
export class FleetRun {
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
