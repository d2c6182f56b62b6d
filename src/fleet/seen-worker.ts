import { explain } from '../explain/why.ts';
import { decide } from '../schedule/decide.ts';
import type { Run, WorkerContext } from '../schedule/worker-context.ts';
import type { FleetWhy } from './fleet.ts';
import { closeGates, fold, readClosures } from './look.ts';
import type { LookParts } from './look-parts.ts';
import { type FleetRecord, fieldsOf, readRecord } from './record.ts';

/** The current standing of a worker: its record, the operators' events since, and the closed gates. */
export interface SeenWorker {
  /** The context in the process that runs the worker, as far as it is on record. */
  readonly context: WorkerContext;
  readonly why: FleetWhy;
}

/**
 * Derives the standing of a worker from one read of its record.
 *
 * @param fields of the record, as the script `look` returns them
 * @param closed the closed gates of its peers, likewise
 * @param now milliseconds of the store's clock
 * @throws FleetError for a record that this package did not write
 */
export function seeWorker(
  id: string,
  { fields, closed: reply }: { readonly fields: unknown; readonly closed: unknown },
  now: number,
  parts: Pick<LookParts, 'gates' | 'policy' | 'sync'>,
): SeenWorker {
  const record = readRecord(id, fieldsOf(fields));
  const closed = readClosures(reply, parts);
  const folded = closeGates(fold(record, parts).context, closed);
  const run = runOf(record, folded, now);
  const held = run === null ? folded : { ...folded, run, stuckPeers: [] };
  const { context } = decide(held, now / 1000, () => 0);
  const { holder, fence, leaseUntil, events } = record;
  return {
    context,
    why: {
      ...explain(context, now / 1000),
      id,
      holder,
      fence,
      leaseUntil: leaseUntil / 1000,
      events: events.split('\n').length - 1,
      gates: [...closed].map(([origin, closedUntil]) => ({ origin, closedUntil })),
    },
  };
}

/** The run that a process has under way; null if there is none, or if its lease has expired. */
function runOf({ holder, leaseUntil }: FleetRecord, context: WorkerContext, now: number): Run | null {
  const { lastSyncStartedAt: startedAt, lastPeerUrl } = context.worker;
  const peer = context.peers.find(({ peerUrl }) => peerUrl === lastPeerUrl);
  if (holder === '' || leaseUntil <= now || peer === undefined) return null;
  return {
    startedAt,
    stuckAfterSeconds: context.policy.stuckAfterSeconds,
    peer,
    attemptStartedAt: startedAt,
    triedPeers: [lastPeerUrl],
    heldPeers: 0,
    forced: false,
    failure: null,
  };
}
