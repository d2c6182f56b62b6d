/** What becomes of one save. */
export type SaveFault =
  | 'works'
  /** It fails, and what was kept before stays. */
  | 'throws'
  /** It never settles. */
  | 'hangs'
  /** It fails half way: what is read then is malformed. */
  | 'tears'
  /** It says that it is done, and has kept nothing. */
  | 'forgets'
  /** It takes so many milliseconds. */
  | { readonly slowMs: number };

/** What becomes of one load. */
export type LoadFault =
  | 'works'
  | 'throws'
  | 'hangs'
  /** It gives nothing, as if nothing had ever been saved. */
  | 'forgets'
  /** It gives what was saved the time before. */
  | 'older'
  /** It gives what nobody saved. */
  | 'malformed'
  | { readonly slowMs: number };

/** How a storage misbehaves: save by save and load by load. After the end of a list all is well. Plain data. */
export interface StorageFaults {
  readonly saves?: readonly SaveFault[] | undefined;
  readonly loads?: readonly LoadFault[] | undefined;
  /** Saves fail with ENOSPC for so long, in milliseconds since the world began. */
  readonly full?: { readonly fromMs: number; readonly forMs: number } | undefined;
}
