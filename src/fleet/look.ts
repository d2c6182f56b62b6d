import { asPeerList } from '../policy/peer-record.ts';
import { recordHeld } from '../policy/peer-updates.ts';
import { decide } from '../schedule/decide.ts';
import { recordAbandonedRun } from '../schedule/run-steps.ts';
import { createWorkerContext, type WorkerContext } from '../schedule/worker-context.ts';
import type { Next } from './alarm.ts';
import { AGAIN_MS, FleetRun } from './fleet-run.ts';
import type { Changes, LookParts } from './look-parts.ts';
import { foldEvents, policyOf } from './operator-events.ts';
import { putOnRecord, writeRequest } from './put-on-record.ts';
import { type FleetRecord, fieldsOf, readRecord } from './record.ts';
import { originOf } from './store/keys.ts';
import { EPOCH } from './store/store.ts';

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
