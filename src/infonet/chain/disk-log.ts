/**
 * A log in a folder, on LevelDB (`classic-level`): a batch is atomic and its write-ahead log drops a torn end, so a
 * killed process loses at most the page it was writing. lmdb reads faster, but maps its file at a size to be chosen
 * beforehand, and its bindings had fewer hands on them; SQLite wants SQL for what are three look-ups by key.
 */
import { access, rename } from 'node:fs/promises';
import type { ClassicLevel } from 'classic-level';
import type { ChainLog, LogEntry, LogTip } from './chain-log.ts';

type Level = ClassicLevel<string, string>;

const TIP = 'tip';
// Fixed width, so that LevelDB lays the events in the order in which they are read.
const heightKey = (height: number): string => `height ${String(height).padStart(16, '0')}`;
const idKey = (id: string): string => `id ${id}`;
const sequenceKey = (key: string): string => `sequence ${key}`;

/**
 * Opens the log in a folder, or makes one there. One process at a time can have it open.
 *
 * @throws Error naming the folder, if it cannot be opened or holds something else
 */
export async function openDiskLog(folder: string): Promise<ChainLog> {
  let level = await openLevel(folder);
  let tip = await readTip(level, folder);

  return {
    tip: () => tip,
    append: async (entries, sequences) => {
      const last = entries.at(-1);
      if (last === undefined) return;
      const next: LogTip = { count: tip.count + entries.length, head: last.id };
      const batch = level.batch();
      entries.forEach((entry, index) => {
        const height = tip.count + index + 1;
        batch.put(heightKey(height), writeEntry(entry)).put(idKey(entry.id), String(height));
      });
      for (const [key, sequence] of sequences) batch.put(sequenceKey(key), String(sequence));
      await batch.put(TIP, JSON.stringify(next)).write({ sync: true });
      tip = next;
    },
    heightsOf: async (ids) => (await level.getMany(ids.map(idKey))).map(numberOr(undefined)),
    sequencesOf: async (keys) => (await level.getMany(keys.map(sequenceKey))).map(numberOr(0)),
    at: async (heights) => (await level.getMany(heights.map(heightKey))).flatMap(readEntry),
    setAside: async () => {
      await level.close();
      const aside = await freeName(folder);
      await rename(folder, aside);
      level = await openLevel(folder);
      tip = await readTip(level, folder);
      return aside;
    },
    close: () => level.close(),
  };
}

async function openLevel(folder: string): Promise<Level> {
  // Only who keeps a chain on disk has the native module loaded.
  const { ClassicLevel } = await import('classic-level');
  const level: Level = new ClassicLevel(folder);
  try {
    await level.open();
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`the chain in ${folder} cannot be opened: ${cause}`, { cause: error });
  }
  return level;
}

async function readTip(level: Level, folder: string): Promise<LogTip> {
  const text = await level.get(TIP);
  if (text === undefined) return { count: 0, head: '' };
  const tip: LogTip = JSON.parse(text);
  const [newest] = (await level.getMany([heightKey(tip.count)])).flatMap(readEntry);
  if (newest?.id === tip.head) return tip;
  await level.close();
  throw new Error(`the chain in ${folder} is damaged: its newest event is not the one it names`);
}

async function freeName(folder: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = `${folder}.forked-${number}`;
    try {
      await access(name);
    } catch {
      return name;
    }
  }
}

function writeEntry({ id, text, isPrivate }: LogEntry): string {
  return `${isPrivate ? '-' : '+'}${id}${text}`;
}

function readEntry(value: string | undefined): LogEntry[] {
  if (value === undefined) return [];
  return [{ id: value.slice(1, 65), text: value.slice(65), isPrivate: value.startsWith('-') }];
}

function numberOr<T>(missing: T): (text: string | undefined) => number | T {
  return (text) => (text === undefined ? missing : Number(text));
}
