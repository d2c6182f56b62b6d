/** The outcome of one save. */
export type SaveFault =
  | 'works'
  /** It fails, and the previous save stays. */
  | 'throws'
  /** It never settles. */
  | 'hangs'
  /** It fails half way: the next load is malformed. */
  | 'tears'
  /** It reports success but keeps nothing. */
  | 'forgets'
  /** It takes this many milliseconds. */
  | { readonly slowMs: number };

/** The outcome of one load. */
export type LoadFault =
  | 'works'
  | 'throws'
  | 'hangs'
  /** It returns nothing, as if nothing had ever been saved. */
  | 'forgets'
  /** It returns the save before the last. */
  | 'older'
  /** It returns something that was never saved. */
  | 'malformed'
  | { readonly slowMs: number };

/** The faults of a storage, save by save and load by load. After the end of a list it works. Plain data. */
export interface StorageFaults {
  readonly saves?: readonly SaveFault[] | undefined;
  readonly loads?: readonly LoadFault[] | undefined;
  /** Saves fail with ENOSPC from `fromMs` on, for `forMs`, in milliseconds since the world started. */
  readonly full?: { readonly fromMs: number; readonly forMs: number } | undefined;
}
