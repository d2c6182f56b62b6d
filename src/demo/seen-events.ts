import { GENESIS } from './infonet-protocol.ts';

/** The ids of a chain's events, oldest first: all that asking for the next page takes. */
export interface SeenEvents {
  /** The newest id; '' if there is none. */
  head(): string;
  count(): number;
  has(id: string): boolean;
  append(id: string): void;
  /** From the tip backwards: ten one by one, then in steps that double, at most 31; the genesis hash last. */
  locator(): readonly string[];
}

const ONE_BY_ONE = 10;
const MOST_IDS = 31;

/** @param head the head last known; '' starts at the genesis */
export function createSeenEvents(head = ''): SeenEvents {
  const ids = head === '' ? [] : [head];
  const known = new Set(ids);
  return {
    head: () => ids.at(-1) ?? '',
    count: () => ids.length,
    has: (id) => known.has(id),
    append: (id) => {
      ids.push(id);
      known.add(id);
    },
    locator: () => {
      const picked: string[] = [];
      let step = 1;
      for (let place = ids.length - 1; place >= 0 && picked.length < MOST_IDS; place -= step) {
        picked.push(ids[place] ?? GENESIS);
        if (picked.length >= ONE_BY_ONE) step *= 2;
      }
      return [...picked, GENESIS];
    },
  };
}
