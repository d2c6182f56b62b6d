import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { EventRefused, eventText, readEvent } from '../events/infonet-event.ts';
import { IngestState } from '../events/ingest-state.ts';
import { PublicKeys } from '../events/public-keys.ts';
import { verifyEvent } from '../events/verify-event.ts';
import { JsonRefused } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import { ChainDamagedError } from './chain-damaged-error.ts';
import { type ChainFile, openChainFile } from './chain-file.ts';
import { freeName, openChainFolder, readChainFolder, refuseLevelDb } from './chain-folder.ts';
import type { ChainLine } from './chain-line.ts';
import type { LogTip } from './chain-log.ts';
import { resetTip } from './chain-tip.ts';
import { type LinePlace, type LogFiles, type WalkedLog, type WalkProgress, walkLog } from './walk-log.ts';

/** What a chain on disk holds. */
export interface ChainReport extends LogTip {
  /** What is wrong with the event after these, or with the whole chain; undefined if the chain is intact. */
  readonly damage: string | undefined;
}

/** The result of a repair. */
export interface ChainRepair extends ChainReport {
  /** The path of the data that was set aside; undefined if there was none. */
  readonly setAside: string | undefined;
}

/** Options of a verification or repair. */
export interface VerifyOptions {
  /** Called with the progress so far. If it throws, the work stops with that error. */
  readonly onProgress?: ((progress: WalkProgress) => void) | undefined;
}

/**
 * Verifies a chain on disk from genesis: checksums, ids, links, signatures and sequences. Changes nothing, and may run
 * while another process has the chain open.
 *
 * @throws Error of the file system; ChainDamagedError if LevelDB wrote the chain (an older version)
 */
export async function verifyChain(folder: string, options: VerifyOptions = {}): Promise<ChainReport> {
  await refuseLevelDb(folder);
  const files = await readChainFolder(folder);
  if (files === undefined) return { count: 0, head: '', damage: undefined };
  try {
    return reportOf(await walkVerified(files, options));
  } finally {
    await files.close();
  }
}

/**
 * Keeps the events of a chain on disk up to the first that does not verify, and sets the rest aside without deleting it.
 * The next pull fetches the missing events again.
 *
 * @throws Error naming the folder if it cannot be opened, as when another process has it open; Error of the file system
 */
export async function repairChain(folder: string, options: VerifyOptions = {}): Promise<ChainRepair> {
  try {
    await refuseLevelDb(folder);
  } catch (error) {
    if (!(error instanceof ChainDamagedError)) throw error;
    const setAside = await freeName(`${folder}.set-aside`);
    await rename(folder, setAside);
    return { count: 0, head: '', damage: error.message, setAside };
  }
  const files = await openChainFolder(folder);
  try {
    const walked = await walkVerified(files, options);
    const { whole, size, damage } = walked;
    if (damage === undefined) return { ...reportOf(walked), setAside: undefined };
    const setAside = size > whole.bytes ? await freeName(join(folder, 'events.damaged'), '.log') : undefined;
    // This order is safe to kill at any point: the rest is copied before it is cut off, and the old tip shows what is missing.
    if (setAside !== undefined) await copyRest(files.events, whole.bytes, size, setAside);
    await files.events.truncate(whole.bytes);
    await files.events.sync();
    await resetTip(files.tip, walked.found?.slot ?? 0, whole);
    return { ...reportOf(walked), setAside };
  } finally {
    await files.close();
  }
}

function walkVerified(files: LogFiles, { onProgress }: VerifyOptions): Promise<WalkedLog> {
  const keys = new PublicKeys();
  const state = new IngestState();
  return walkLog(files, (line, place) => refusalOf(line, place, state, keys), onProgress);
}

function reportOf({ whole: { count, head }, damage }: WalkedLog): ChainReport {
  return { count, head, damage };
}

function refusalOf(
  { text }: ChainLine,
  place: LinePlace,
  state: IngestState,
  keys: PublicKeys,
): string | undefined {
  try {
    const event = readEvent(readJson(text));
    // Judged at an infinite time, when every mailbox has room: an event that once had room stays valid.
    verifyEvent(event, { ...place, state, now: Number.POSITIVE_INFINITY }, keys);
    state.add(event);
    return eventText(event) === text.toString() ? undefined : 'it is not written as its event is';
  } catch (error) {
    if (error instanceof EventRefused || error instanceof JsonRefused) return error.message;
    throw error;
  }
}

const COPIED_BYTES = 1 << 20;

async function copyRest(from: ChainFile, start: number, end: number, path: string): Promise<void> {
  const copy = await openChainFile(path, 'write');
  try {
    for (let at = start; at < end; at += COPIED_BYTES) {
      await copy.write(await from.read(at, Math.min(COPIED_BYTES, end - at)), at - start);
    }
    await copy.sync();
  } finally {
    await copy.close();
  }
}
