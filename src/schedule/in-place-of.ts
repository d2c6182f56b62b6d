import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncFunction } from './attempt.ts';

/** A sync function in place of another, with its reasons why a peer is never asked. @internal */
export function inPlaceOf(replaced: Pick<SyncFunction, 'exclude'>, sync: SyncFunction): SyncFunction {
  if (replaced.exclude === undefined) return sync;
  return Object.assign(sync, { exclude: (peer: PeerRecord) => replaced.exclude?.(peer) });
}
