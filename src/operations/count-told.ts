import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { type MetricSet, workerLabel } from './metric-set.ts';
import { isShownPeer } from './shown-peers.ts';

const ATTEMPT_OUTCOMES = ['ok', 'error', 'fork', 'stuck'];
const RUN_OUTCOMES = ['ok', 'error', 'fork', 'solo', 'stuck'];

/** Counts what the worker tells. Returns what ends that, and takes the worker's series out. */
export function countNotifications(
  worker: Pick<SyncWorker, 'on' | 'peers'>,
  metrics: MetricSet,
  name: string,
): () => void {
  const own = workerLabel(name);
  /** The peers that have series. */
  const counted = new Set<string>();

  // A series that appears with its first count cannot be seen to rise: they are there from the start.
  const begin = (peer: string): void => {
    counted.add(peer);
    for (const outcome of ATTEMPT_OUTCOMES) metrics.attempts.inc({ peer, outcome, ...own }, 0);
    metrics.retryAfters.inc({ peer, ...own }, 0);
  };
  const end = (peer: string): void => {
    counted.delete(peer);
    for (const outcome of ATTEMPT_OUTCOMES) metrics.attempts.remove({ peer, outcome, ...own });
    metrics.retryAfters.remove({ peer, ...own });
  };
  const follow = (peers: readonly PeerRecord[]): void => {
    const present = new Set(peers.filter(isShownPeer).map(({ peerUrl }) => peerUrl));
    for (const peer of counted) if (!present.has(peer)) end(peer);
    for (const peer of present) if (!counted.has(peer)) begin(peer);
  };
  /** The answer of a peer that was removed meanwhile would bring its series back. */
  const attempted = (peer: string, outcome: string, asksToWait: boolean): void => {
    if (!counted.has(peer)) return;
    metrics.attempts.inc({ peer, outcome, ...own });
    if (asksToWait) metrics.retryAfters.inc({ peer, ...own });
  };

  for (const outcome of RUN_OUTCOMES) metrics.runs.inc({ outcome, ...own }, 0);
  metrics.storageFailures.inc(own, 0);
  metrics.faults.inc(own, 0);
  follow(worker.peers);
  const offs = [
    worker.on('peers.changed', ({ peers }) => follow(peers)),
    worker.on('run.finished', ({ state }) => metrics.runs.inc({ outcome: state.lastOutcome, ...own })),
    worker.on('run.stuck', ({ peerUrl, peers }) => {
      follow(peers);
      attempted(peerUrl, 'stuck', false);
      metrics.runs.inc({ outcome: 'stuck', ...own });
    }),
    worker.on('attempt.finished', ({ peerUrl, peers, result, durationSeconds }) => {
      follow(peers);
      const { outcome } = result;
      attempted(peerUrl, outcome, result.outcome === 'error' && result.retryAfterSeconds > 0);
      // A clock of the embedder's may give nonsense, or stand in for a monotonic one and have been set back; and a sum
      // that has overflowed stays so.
      const isDuration = durationSeconds >= 0 && durationSeconds <= Number.MAX_SAFE_INTEGER;
      if (isDuration) metrics.attemptSeconds.observe({ outcome, ...own }, durationSeconds);
    }),
    worker.on('storage.failed', () => metrics.storageFailures.inc(own)),
    worker.on('fault', () => metrics.faults.inc(own)),
  ];
  return () => {
    for (const off of offs) off();
    for (const peer of counted) end(peer);
    for (const outcome of RUN_OUTCOMES) metrics.runs.remove({ outcome, ...own });
    for (const outcome of ATTEMPT_OUTCOMES) metrics.attemptSeconds.remove({ outcome, ...own });
    metrics.storageFailures.remove(own);
    metrics.faults.remove(own);
  };
}
