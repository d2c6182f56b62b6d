import type { SyncFunction } from './attempt.ts';

/** Gives a sync function that replaces another the `exclude` of the replaced one. @internal */
export function inPlaceOf(replaced: Pick<SyncFunction, 'exclude'>, sync: SyncFunction): SyncFunction {
  return Object.assign(sync, { exclude: replaced.exclude?.bind(replaced) });
}
