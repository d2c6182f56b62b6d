import type { ChainLog, LogEntry } from './chain-log.ts';

/** Creates a log in memory; it is lost when the process ends. */
export function createMemoryLog(): ChainLog {
  const aside: LogEntry[][] = [];
  let entries: LogEntry[] = [];
  const heights = new Map<string, number>();
  const last = new Map<string, number>();
  return {
    tip: () => ({ count: entries.length, head: entries.at(-1)?.id ?? '' }),
    append: async (added, sequences) => {
      for (const entry of added) heights.set(entry.id, entries.push(entry));
      for (const [key, sequence] of sequences) last.set(key, sequence);
    },
    heightsOf: async (ids) => ids.map((id) => heights.get(id)),
    sequencesOf: async (keys) => keys.map((key) => last.get(key) ?? 0),
    at: async (wanted) => wanted.flatMap((height) => entries[height - 1] ?? []),
    renew: async () => undefined,
    setAside: async () => {
      aside.push(entries);
      entries = [];
      heights.clear();
      last.clear();
      return `the memory of this process (${aside.length})`;
    },
    close: async () => undefined,
  };
}
