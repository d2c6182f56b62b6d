import { hash } from 'node:crypto';
import { isRecord } from '../../policy/wire-fields.ts';
import type { ChainFile, ReadableFile } from './chain-file.ts';
import type { LogTip } from './chain-log.ts';

/** How far a log has come: everything up to here was flushed to the disk, and is there or the log is damaged. */
export interface StoredTip extends LogTip {
  /** How many bytes of `events.log` hold these events. */
  readonly bytes: number;
}

export const EMPTY_TIP: StoredTip = { count: 0, head: '', bytes: 0 };

/** Two records that are written in turn, each in a sector of its own: a write that the power cuts off spoils one only. */
const SLOT_BYTES = 512;
const VERSION = 1;

/** A tip, and which of the two records holds it. */
export interface FoundTip {
  readonly tip: StoredTip;
  readonly slot: number;
}

/** The newer of the two tips of a file; undefined if neither can be read. */
export async function readTip(file: ReadableFile): Promise<FoundTip | undefined> {
  const bytes = await file.read(0, 2 * SLOT_BYTES);
  const found = [0, 1].flatMap((slot) => {
    const tip = parseSlot(bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES).toString());
    return tip === undefined ? [] : [{ tip, slot }];
  });
  return found.reduce<FoundTip | undefined>(
    (newest, one) => (newest === undefined || one.tip.count > newest.tip.count ? one : newest),
    undefined,
  );
}

/** Writes one of the two. It does not reach the disk before the file is synced. */
export function writeTip(file: ChainFile, slot: number, { count, head, bytes }: StoredTip): Promise<void> {
  const record = JSON.stringify({ version: VERSION, count, head, bytes });
  const text = `${checksum(record)} ${record}`;
  return file.write(Buffer.from(`${text.padEnd(SLOT_BYTES - 1)}\n`), slot * SLOT_BYTES);
}

/** Makes both say the same, on the disk; last the one that can be read now. */
export async function resetTip(file: ChainFile, readable: number, tip: StoredTip): Promise<void> {
  await writeTip(file, 1 - readable, tip);
  await writeTip(file, readable, tip);
  await file.sync();
}

function parseSlot(text: string): StoredTip | undefined {
  const [, sum, record = ''] = /^([0-9a-f]{16}) (\{.*\}) *\n$/.exec(text) ?? [];
  if (sum === undefined || sum !== checksum(record)) return undefined;
  const value: unknown = JSON.parse(record);
  if (!isRecord(value) || value['version'] !== VERSION) return undefined;
  const { count, head, bytes } = value;
  return typeof count === 'number' && typeof head === 'string' && typeof bytes === 'number'
    ? { count, head, bytes }
    : undefined;
}

function checksum(record: string): string {
  return hash('sha256', record).slice(0, 16);
}
