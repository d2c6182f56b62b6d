import type { PeerRecord } from '../policy/peer-record.ts';
import type { SyncFunction } from './attempt.ts';

/** Gives a sync function that replaces another the `exclude` of the replaced one. @internal */
export function inPlaceOf(replaced: Pick<SyncFunction, 'exclude'>, sync: SyncFunction): SyncFunction {
  if (replaced.exclude === undefined) return sync;
  return Object.assign(sync, { exclude: (peer: PeerRecord) => replaced.exclude?.(peer) });
}
