import type { PeerRecord } from '../policy/peer-record.ts';
import { defaultPolicy } from '../policy/sync-policy.ts';
import type { LineOutput } from './line-output.ts';
import { type DemoPorts, policyText, type Session, startWatchedWorker } from './watched-worker.ts';

/** Pulls from real peers by the default policy. */
export async function pullFromPeers(
  ports: DemoPorts,
  output: LineOutput,
  peers: readonly PeerRecord[],
): Promise<Session> {
  output.print('infonet-sync-worker, pulling from real peers. Ctrl-C stops it.');
  output.print(`  policy  ${policyText(defaultPolicy)}`);
  output.print('  events  each one verified; kept in memory, from genesis on\n');
  const worker = await startWatchedWorker({
    ports,
    output,
    peers,
    // The operator named these peers in so many words.
    transport: { allowClearnet: true },
    labels: new Map(peers.map(({ peerUrl, label }) => [peerUrl, label])),
  });
  return { worker, stop: worker.stop };
}
