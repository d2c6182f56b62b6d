import type { InfonetSync } from '../../infonet/pull/infonet-sync.ts';

/** A sync function that another one can take the place of, from the next attempt on. */
export interface ReplaceableSync {
  readonly sync: InfonetSync;
  replace(next: InfonetSync): void;
}

export function createReplaceableSync(first: InfonetSync): ReplaceableSync {
  let present = first;
  const sync: InfonetSync = Object.assign((...given: Parameters<InfonetSync>) => present(...given), {
    exclude: (peer: Parameters<InfonetSync['exclude']>[0]) => present.exclude(peer),
  });
  return {
    sync,
    replace: (next) => {
      present = next;
    },
  };
}
