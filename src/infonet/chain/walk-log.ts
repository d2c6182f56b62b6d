import { sequenceKey } from '../events/verify-event.ts';
import { GENESIS_HASH } from '../protocol.ts';
import type { ReadableFile } from './chain-file.ts';
import type { ChainLine } from './chain-line.ts';
import { EMPTY_TIP, type FoundTip, readTip, type StoredTip } from './chain-tip.ts';
import { scanLines } from './scan-lines.ts';

/** The two files of a log. */
export interface LogFiles<File extends ReadableFile = ReadableFile> {
  /** One line per event, oldest first; append-only. */
  readonly events: File;
  /** How far the events were flushed. This distinguishes a lost end from an interrupted write. */
  readonly tip: File;
  close(): Promise<void>;
}

/** The position of a line in its chain. */
export interface LinePlace {
  readonly height: number;
  /** The byte offset at which the line starts. */
  readonly start: number;
  /** The id of the event before it; the genesis hash if there is none. */
  readonly head: string;
  /** The last sequence in its node's count for this type of event; 0 if there is none. */
  readonly lastSequence: number;
}

/** The result of walking a log. */
export interface WalkedLog {
  /** The end of the intact part. */
  readonly whole: StoredTip;
  /** The size of the file in bytes; bytes beyond the intact part are an interrupted write, or damaged. */
  readonly size: number;
  readonly found: FoundTip | undefined;
  /** Why the log cannot be used as it is; undefined if it can. */
  readonly damage: string | undefined;
  /** The last sequence of each key. */
  readonly sequences: ReadonlyMap<string, number>;
}

/** The progress of a walk. */
export interface WalkProgress {
  /** Bytes read so far. */
  readonly bytes: number;
  /** The size of the file in bytes. */
  readonly size: number;
  readonly events: number;
}

/**
 * Reads a log from its first event to the last intact one, and compares it with its tip.
 *
 * @param visit returns why it refuses a line, or undefined
 * @param onProgress stops the walk if it throws
 */
export async function walkLog(
  { events, tip }: LogFiles,
  visit: (line: ChainLine, place: LinePlace) => string | undefined,
  onProgress: (progress: WalkProgress) => void = () => undefined,
): Promise<WalkedLog> {
  const found = await readTip(tip);
  const told = found?.tip ?? EMPTY_TIP;
  const size = await events.size();
  const sequences = new Map<string, number>();
  let head = '';
  let height = 0;
  let headAtTip = '';
  let startAfterTip: number | undefined;
  const accept = (line: ChainLine, start: number): string | undefined => {
    const key = sequenceKey(line);
    const place = {
      height: height + 1,
      start,
      head: head || GENESIS_HASH,
      lastSequence: sequences.get(key) ?? 0,
    };
    const problem = breakOf(line, place) ?? visit(line, place);
    if (problem !== undefined) return problem;
    head = line.id;
    height += 1;
    sequences.set(key, line.sequence);
    if (height === told.count) headAtTip = head;
    if (height === told.count + 1) startAfterTip = start;
    return undefined;
  };
  const { bytes, problem } = await scanLines(events, accept, (read) =>
    onProgress({ bytes: read, size, events: height }),
  );
  const damage = (): string | undefined => {
    if (found === undefined && size > 0)
      return 'CURRENT, which says how many events there are, cannot be read';
    if (bytes < told.bytes)
      return `${describeBreak(height + 1, bytes, problem ?? 'it is missing')}; there were ${told.count} events`;
    const isWhereToldIt = headAtTip === told.head && (startAfterTip ?? bytes) === told.bytes;
    return isWhereToldIt ? undefined : 'CURRENT names an event that is not where it says';
  };
  return { whole: { count: height, head, bytes }, size, found, damage: damage(), sequences };
}

/** What is wrong with an event of a log, and where. */
export function describeBreak(height: number, byte: number, problem: string): string {
  return `event ${height}, at byte ${byte} of events.log: ${problem}`;
}

function breakOf(line: ChainLine, { head, lastSequence }: LinePlace): string | undefined {
  if (line.prevHash !== head) return 'it does not follow the event before it';
  return line.sequence > lastSequence ? undefined : 'its sequence is not above the last one of its node';
}
