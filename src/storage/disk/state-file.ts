import { initialSyncState, type SyncWorkerState } from '../../policy/sync-worker-state.ts';
import { fromWire, toWire } from '../../policy/sync-worker-state-wire.ts';
import { describe, isRecord } from '../../policy/wire-fields.ts';
import type { StorageNotice } from '../storage.ts';
import { decoded, readText } from './read-text.ts';
import { setAside } from './set-aside.ts';
import { removeLeftovers } from './temporary-file.ts';
import { writeAtomically } from './write-atomically.ts';

/** The file with the ten fields under their wire names; we alone write it. */
export interface StateFile {
  load(notify: (notice: StorageNotice) => void): Promise<SyncWorkerState | undefined>;
  save(state: SyncWorkerState): Promise<void>;
}

export function createStateFile(path: string): StateFile {
  let saved: SyncWorkerState | undefined;
  return {
    load: async (notify) => {
      saved = undefined;
      await removeLeftovers(path, notify);
      const found = await readText(path);
      if (found === undefined) return undefined;
      try {
        saved = readState(decoded(found));
        return saved;
      } catch (error) {
        await setAside(path, error, notify);
        return undefined;
      }
    },
    save: async (state) => {
      if (state === saved) return;
      await writeAtomically(path, `${JSON.stringify(toWire(state), null, 2)}\n`);
      saved = state;
    },
  };
}

function readState(text: string): SyncWorkerState {
  const value: unknown = JSON.parse(text);
  const state = fromWire(value);
  // A missing field takes its first value; where all are missing it is some other file.
  if (
    isRecord(value) &&
    !Object.keys(toWire(initialSyncState())).some((name) => Object.hasOwn(value, name))
  ) {
    throw new TypeError(`it is ${describe(value)}; allowed is an object with the fields of a sync state`);
  }
  return state;
}
