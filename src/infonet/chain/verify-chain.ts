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
  /** What is wrong with the event after these, or with the chain as a whole; undefined if nothing is. */
  readonly damage: string | undefined;
}

/** What became of a chain that was repaired. */
export interface ChainRepair extends ChainReport {
  /** Where the rest was put; undefined if there was none. */
  readonly setAside: string | undefined;
}

/** How a chain is verified or repaired. */
export interface VerifyOptions {
  /** Hears how far it has come. What it throws ends the work. */
  readonly onProgress?: ((progress: WalkProgress) => void) | undefined;
}

/**
 * Verifies a chain on disk from genesis on: checksums, ids, links, signatures, sequences. Changes nothing, and may run
 * beside the process that has it open.
 *
 * @throws Error of the file system; ChainDamagedError if it is of another version
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
 * Keeps the events of a chain on disk that verify, up to the first that does not, and sets the rest aside, where it is
 * kept. The next pull brings anew what is missing.
 *
 * @throws Error naming the folder, if another process has it open or it cannot be written
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
    // In this order it can be killed anywhere: what is cut off lies elsewhere, and the tip says that something is missing.
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
    // At a time when every mailbox has room again: what once had room in one stays.
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
