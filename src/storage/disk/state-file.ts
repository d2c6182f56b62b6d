import type { PeerRecord } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { peerFromWire, peerToWire } from '../../policy/peer-wire.ts';
import { initialSyncState, type SyncWorkerState } from '../../policy/sync-worker-state.ts';
import { fromWire, toWire } from '../../policy/sync-worker-state-wire.ts';
import { describe, isRecord } from '../../policy/wire-fields.ts';
import type { SavedWorker, StorageNotice } from '../storage.ts';
import { isIntact, withChecksum } from './checksum.ts';
import type { FileSystem } from './file-system.ts';
import { decoded, readText } from './read-text.ts';
import { setAside } from './set-aside.ts';
import { removeLeftovers, targetOf, writeAtomically } from './write-atomically.ts';

/** The file with the ten fields under their wire names; only the worker writes it. */
export interface StateFile {
  load(notify: (notice: StorageNotice) => void): Promise<LoadedState>;
  save(saved: SavedWorker, notify: (notice: StorageNotice) => void): Promise<void>;
}

/** The content of the file. */
export interface LoadedState {
  /** Undefined if there is no file, or it is unusable. */
  readonly state: SyncWorkerState | undefined;
  /** The peers that were in a Retry-After: a second copy, in case the peer store loses one. */
  readonly waiting: readonly PeerRecord[];
}

/** Where the file keeps that second copy. */
const WAITING = 'peers_in_retry_after';

export function createStateFile(path: string, fs: FileSystem): StateFile {
  let target: string | undefined;
  /** What we last read or wrote; after a failed write, the two possible contents. */
  let mine: readonly string[] = [];
  return {
    load: async (notify) => {
      mine = [];
      target = await targetOf(path, fs);
      await removeLeftovers(target, fs, notify);
      const found = await readText(target, { fs, follow: false });
      if (found === undefined) return { state: undefined, waiting: [] };
      let value: unknown;
      try {
        const text = decoded(found);
        value = JSON.parse(text);
        const state = readState(value);
        if (isRecord(value) && !isIntact(found, value)) throw new TypeError('it does not match its checksum');
        mine = [text];
        return { state, waiting: readWaiting(value) };
      } catch (error) {
        await setAside(target, error, fs, notify);
        return { state: undefined, waiting: readWaiting(value) };
      }
    },
    save: async (saved, notify) => {
      target ??= await targetOf(path, fs);
      const content = printState(saved);
      const text = Buffer.concat(content).toString();
      const found = mine.length === 0 ? undefined : await readText(target, { fs, follow: false });
      if (found?.text === text && mine.length === 1) return;
      if (mine.length > 0 && !mine.includes(found?.text ?? '')) {
        const what = found === undefined ? 'was gone' : 'had become another one, such as an older copy';
        notify({ message: `${target} ${what}; written anew` });
      }
      mine = [found?.text ?? '', text];
      await writeAtomically(target, content, fs);
      mine = [text];
    },
  };
}

function readState(value: unknown): SyncWorkerState {
  const state = fromWire(value);
  // A missing field takes its initial value; if all are missing, it is some other file.
  if (
    isRecord(value) &&
    !Object.keys(toWire(initialSyncState())).some((name) => Object.hasOwn(value, name))
  ) {
    throw new TypeError(`it is ${describe(value)}; allowed is an object with the fields of a sync state`);
  }
  return state;
}

function printState({ state, peers }: SavedWorker): readonly Uint8Array[] {
  const since = Math.max(0, state.lastSyncStartedAt, state.lastSyncFinishedAt);
  const waiting = peers.filter((peer) => retryAfterUntil(peer) > since).map(peerToWire);
  const text = JSON.stringify({ ...toWire(state), [WAITING]: waiting }, null, 2);
  return withChecksum([Buffer.from(text.slice(0, text.lastIndexOf('\n')))]);
}

/** The readable part of the second copy. It can only lengthen waits, so it is used even from a damaged file. */
function readWaiting(value: unknown): PeerRecord[] {
  const records = isRecord(value) ? value[WAITING] : undefined;
  if (!Array.isArray(records)) return [];
  return records.flatMap((record: unknown) => {
    try {
      return peerFromWire(record);
    } catch {
      return [];
    }
  });
}
