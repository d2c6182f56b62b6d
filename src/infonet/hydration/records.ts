/** New values of keys; null removes one. */
export type RecordChanges = Readonly<Record<string, string | null>>;

/** Small texts under keys of words: what a mailbox and a store of gate messages keep theirs in. */
export interface RecordStore {
  get(key: string): Promise<string | undefined>;
  /** Keys and values, in the order of the keys: those that are these words and one more. */
  list(words: string): Promise<[key: string, value: string][]>;
  /** All of it or nothing. */
  write(changes: RecordChanges): Promise<void>;
  close(): Promise<void>;
}

/** Records that end with the process. */
export function createMemoryRecords(): RecordStore {
  // By all words but the last, so that a list costs no more than it has.
  const groups = new Map<string, Map<string, string>>();
  const groupOf = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf(' ')));
  return {
    get: async (key) => groups.get(groupOf(key))?.get(key),
    list: async (words) => [...(groups.get(words) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
    write: async (changes) => {
      for (const [key, value] of Object.entries(changes)) {
        const name = groupOf(key);
        const group = groups.get(name) ?? new Map<string, string>();
        if (value === null) group.delete(key);
        else group.set(key, value);
        if (group.size > 0) groups.set(name, group);
        else groups.delete(name);
      }
    },
    close: async () => undefined,
  };
}
