import { StorageUnwritableError } from '../../storage/disk/storage-errors.ts';
import { isHash } from '../protocol.ts';
import { ChainDamagedError } from './chain-damaged-error.ts';
import type { ChainFile } from './chain-file.ts';
import { EVENTS_FILE } from './chain-folder.ts';
import { entryOf, readLine, writeLine } from './chain-line.ts';
import type { ChainLog, LogEntry, LogTip } from './chain-log.ts';
import { EMPTY_TIP, readTip, resetTip, type StoredTip, writeTip } from './chain-tip.ts';
import { describeBreak, type LogFiles, walkLog } from './walk-log.ts';

/**
 * A log over two files. Events are flushed before the tip says that they are there, and nothing is written behind a write
 * that failed: it is taken back first. The index is in memory, and made anew from all events when the log is opened.
 */
export class FileLog implements Omit<ChainLog, 'setAside' | 'renew'> {
  readonly #files: LogFiles<ChainFile>;
  readonly #folder: string;
  #tip = EMPTY_TIP;
  /** Which of the two records of the tip file holds the tip. */
  #slot = 0;
  /** Whether a write failed and was not taken back yet. */
  #isTorn = false;
  /** Where each event starts. */
  readonly #starts: number[] = [];
  /** By the bytes of the id: half the memory of its digits. */
  readonly #heights = new Map<string, number>();
  readonly #sequences = new Map<string, number>();

  private constructor(files: LogFiles<ChainFile>, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /**
   * Reads all of the log. What was not written to its end when the process ended is cut off.
   *
   * @throws ChainDamagedError; the files stay open
   */
  static async open(files: LogFiles<ChainFile>, folder: string): Promise<FileLog> {
    const log = new FileLog(files, folder);
    await log.#load();
    return log;
  }

  tip(): LogTip {
    const { count, head } = this.#tip;
    return { count, head };
  }

  /** @throws StorageUnwritableError; nothing of it is kept then, and the next call first takes back what was written */
  async append(entries: readonly LogEntry[], sequences: ReadonlyMap<string, number>): Promise<void> {
    const last = entries.at(-1);
    if (last === undefined) return;
    const lines = entries.map(({ text }) => writeLine(text));
    const bytes = Buffer.concat(lines);
    const { count, bytes: start } = this.#tip;
    const next: StoredTip = { count: count + entries.length, head: last.id, bytes: start + bytes.length };
    try {
      const change = await this.whyChanged();
      if (change !== undefined) throw new Error(change);
      if (this.#isTorn) await this.#takeBack();
      this.#isTorn = true;
      await this.#files.events.write(bytes, start);
      await this.#files.events.sync();
      await writeTip(this.#files.tip, 1 - this.#slot, next);
      this.#isTorn = false;
    } catch (error) {
      throw new StorageUnwritableError(`${this.#folder}/${EVENTS_FILE}`, error);
    }
    this.#slot = 1 - this.#slot;
    this.#tip = next;
    let at = start;
    for (const [index, { id }] of entries.entries()) {
      this.#index(id, at);
      at += lines[index]?.length ?? 0;
    }
    for (const [key, sequence] of sequences) this.#sequences.set(key, sequence);
  }

  async heightsOf(ids: readonly string[]): Promise<(number | undefined)[]> {
    return ids.map((id) => (isHash(id) ? this.#heights.get(idKey(id)) : undefined));
  }

  async sequencesOf(keys: readonly string[]): Promise<number[]> {
    return keys.map((key) => this.#sequences.get(key) ?? 0);
  }

  /** @throws ChainDamagedError if what is there now is not what was written */
  async at(heights: readonly number[]): Promise<LogEntry[]> {
    const runs: { readonly first: number; length: number }[] = [];
    for (const height of heights) {
      const run = runs.at(-1);
      if (height < 1 || height > this.#tip.count) continue;
      if (run !== undefined && height === run.first + run.length) run.length += 1;
      else runs.push({ first: height, length: 1 });
    }
    return (await Promise.all(runs.map(({ first, length }) => this.#read(first, length)))).flat();
  }

  async close(): Promise<void> {
    try {
      await this.#files.tip.sync();
    } finally {
      await this.#files.close();
    }
  }

  async #load(): Promise<void> {
    const walked = await walkLog(this.#files, ({ id }, { start }) => this.#index(id, start));
    const { whole, size, found, damage, sequences } = walked;
    if (damage !== undefined) throw this.#damaged(damage);
    this.#tip = whole;
    for (const [key, sequence] of sequences) this.#sequences.set(key, sequence);
    this.#slot = found?.slot ?? 0;
    // Events beyond the tip are whole, and were verified. They are written again, and so is the tip: after a sync that
    // failed, the next one finds nothing to do and succeeds.
    const { events, tip } = this.#files;
    const flushed = found?.tip.bytes ?? 0;
    if (size > flushed) {
      await events.write(await events.read(flushed, whole.bytes - flushed), flushed);
      await events.sync();
      await events.truncate(whole.bytes);
    }
    await resetTip(tip, this.#slot, whole);
  }

  #index(id: string, start: number): undefined {
    this.#starts.push(start);
    this.#heights.set(idKey(id), this.#starts.length);
  }

  async #read(first: number, length: number): Promise<LogEntry[]> {
    const start = this.#starts[first - 1] ?? 0;
    const end = this.#starts[first - 1 + length] ?? this.#tip.bytes;
    const bytes = await this.#files.events.read(start, end - start);
    return Array.from({ length }, (_, index) => {
      const height = first + index;
      const lineStart = this.#starts[height - 1] ?? 0;
      const lineEnd = index + 1 < length ? (this.#starts[height] ?? end) : end;
      const line = readLine(bytes.subarray(lineStart - start, lineEnd - start - 1));
      const isIt = !('problem' in line) && this.#heights.get(idKey(line.id)) === height;
      if (isIt) return entryOf(line);
      const problem = 'problem' in line ? line.problem : 'another event is there';
      throw this.#damaged(describeBreak(height, lineStart, problem));
    });
  }

  /** Makes the files hold what the tip in memory says, and no more. The tip first: it must never name what is not there. */
  async #takeBack(): Promise<void> {
    const { events, tip } = this.#files;
    await resetTip(tip, this.#slot, this.#tip);
    await events.truncate(this.#tip.bytes);
    await events.sync();
  }

  /**
   * Why its files are not what it left there; undefined if they are. Two writers would write over each other, and what goes into
   * a file without a name is lost.
   */
  async whyChanged(): Promise<string | undefined> {
    const { events, tip } = this.#files;
    if (!((await events.isInPlace()) && (await tip.isInPlace()))) {
      return 'it was removed or replaced while it was open';
    }
    if (this.#isTorn) return undefined;
    const found = await readTip(tip);
    const isSame = found?.tip.bytes === this.#tip.bytes && found.tip.head === this.#tip.head;
    return isSame ? undefined : 'another process has written to it, or has put an older copy there';
  }

  #damaged(what: string): ChainDamagedError {
    return new ChainDamagedError(this.#folder, `is damaged: ${what}`);
  }
}

function idKey(id: string): string {
  return Buffer.from(id, 'hex').toString('latin1');
}
