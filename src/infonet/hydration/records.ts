/** Small texts under keys: what a mailbox and a store of gate messages keep theirs in. */
export interface RecordStore {
  get(key: string): Promise<string | undefined>;
  /** Keys and values, in the order of the keys, of which all begin so. */
  list(prefix: string): Promise<[key: string, value: string][]>;
  /** All of it or nothing; undefined removes a key. */
  write(changes: Readonly<Record<string, string | undefined>>): Promise<void>;
  close(): Promise<void>;
}

/** Records that end with the process. */
export function createMemoryRecords(): RecordStore {
  const records = new Map<string, string>();
  return {
    get: async (key) => records.get(key),
    list: async (prefix) =>
      [...records].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
    write: async (changes) => {
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) records.delete(key);
        else records.set(key, value);
      }
    },
    close: async () => undefined,
  };
}

/**
 * Records in a folder, made if it is not there; one process at a time can have it open.
 *
 * @throws Error naming the folder, if it cannot be opened
 */
export async function openDiskRecords(folder: string): Promise<RecordStore> {
  // Only who keeps records on disk has the native module loaded.
  const { ClassicLevel } = await import('classic-level');
  const level = new ClassicLevel<string, string>(folder);
  try {
    await level.open();
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`the records in ${folder} cannot be opened: ${cause}`, { cause: error });
  }
  return {
    get: (key) => level.get(key),
    // Every key is ASCII, so that this is the first one that begins otherwise.
    list: (prefix) => level.iterator({ gte: prefix, lt: `${prefix}\u007f` }).all(),
    write: async (changes) => {
      const batch = level.batch();
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) batch.del(key);
        else batch.put(key, value);
      }
      await batch.write({ sync: true });
    },
    close: () => level.close(),
  };
}
