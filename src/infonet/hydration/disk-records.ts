import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemPorts } from '../../storage/disk/file-system.ts';
import { createFolderLock } from '../../storage/disk/folder-lock.ts';
import { makeFolder } from '../../storage/disk/make-folder.ts';
import { ifMissing } from '../../storage/disk/storage-errors.ts';
import { writeAtomically } from '../../storage/disk/write-atomically.ts';
import { type ChainFile, openChainFile } from '../chain/chain-file.ts';
import { createMemoryRecords, type RecordChanges, type RecordStore } from './records.ts';
import { createTaskQueue } from './task-queue.ts';

const RECORDS_FILE = 'records.log';
const CHECKSUM_DIGITS = 16;

/**
 * Opens the records in a folder, or makes it; one process at a time can have them open. They are in memory as well: a line
 * is appended a write, and the lines are read when they are opened again, without what is out of date.
 *
 * @throws Error naming the folder, if it cannot be opened, or is damaged elsewhere than at its end
 */
export async function openDiskRecords(folder: string): Promise<RecordStore> {
  const path = join(folder, RECORDS_FILE);
  const lock = createFolderLock(join(folder, 'lock'));
  try {
    await makeFolder(folder);
    // That the process before was killed is nothing to tell: the file shows by itself what was left.
    await lock.hold(() => undefined);
    const { lines, isWhole } = readLines(await readFile(path, 'utf8').catch(ifMissing('')));
    const live = new Map<string, string>();
    for (const [key, value] of lines.flatMap((changes) => Object.entries(changes))) {
      if (value === null) live.delete(key);
      else live.set(key, value);
    }
    const text = [...live].map(([key, value]) => lineOf({ [key]: value })).join('');
    if (!isWhole || lines.length > live.size)
      await writeAtomically(path, [Buffer.from(text)], systemPorts.fs);
    const memory = createMemoryRecords();
    await memory.write(Object.fromEntries(live));
    return withFile(memory, await openChainFile(path, 'write'), () => lock.release());
  } catch (error) {
    await lock.release();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the records in ${folder} cannot be opened: ${reason}`, { cause: error });
  }
}

async function withFile(
  memory: RecordStore,
  file: ChainFile,
  release: () => Promise<void>,
): Promise<RecordStore> {
  const inTurn = createTaskQueue();
  let size = await file.size();
  const append = async (changes: RecordChanges): Promise<void> => {
    const line = Buffer.from(lineOf(changes));
    // What a write that failed has left, for want of room for example, must not stand before the next one.
    if ((await file.size()) > size) await file.truncate(size);
    await file.write(line, size);
    await file.sync();
    size += line.length;
    await memory.write(changes);
  };
  return {
    get: memory.get,
    list: memory.list,
    write: (changes) => inTurn(() => append(changes)),
    close: () => inTurn(() => file.close().finally(release)),
  };
}

function lineOf(changes: RecordChanges): string {
  return `${lineOfJson(JSON.stringify(changes))}\n`;
}

/** An end without a line break is a write that was cut off, and counts for nothing. */
function readLines(text: string): { lines: RecordChanges[]; isWhole: boolean } {
  const texts = text.split('\n');
  const end = texts.pop();
  const lines = texts.map((line, index): RecordChanges => {
    const json = line.slice(CHECKSUM_DIGITS + 1);
    if (line === lineOfJson(json)) return JSON.parse(json);
    throw new Error(
      `line ${index + 1} of ${RECORDS_FILE} is damaged; move the file aside, and the chain fills a new one`,
    );
  });
  return { lines, isWhole: end === '' };
}

function lineOfJson(json: string): string {
  return `${hash('sha256', json).slice(0, CHECKSUM_DIGITS)} ${json}`;
}
