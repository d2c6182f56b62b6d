import type { SavedWorker, SyncStorage } from '../../storage/storage.ts';
import type { InnerClock } from '../world/world-clock.ts';
import type { StorageFaults } from './storage-faults.ts';

/** What a faulty storage reports to the world. */
export type StorageNote =
  | { readonly kind: 'loaded'; readonly saved: unknown; readonly isNewest: boolean }
  | { readonly kind: 'saved'; readonly saved: SavedWorker }
  | { readonly kind: 'storage fault'; readonly text: string };

/** An in-memory storage on virtual time with scripted faults. */
export interface FaultyStorage {
  /** Opens the storage for one process. After `kill()`, nothing that the process does has any effect. */
  open(): SyncStorage & { kill(): void };
  /** From now on the storage works: slow calls finish, and hanging ones fail. */
  heal(): void;
}

export function createFaultyStorage(
  faults: StorageFaults,
  initial: Partial<SavedWorker>,
  clock: InnerClock,
  note: (entry: StorageNote) => void,
): FaultyStorage {
  const saves = [...(faults.saves ?? [])];
  const loads = [...(faults.loads ?? [])];
  let full = faults.full;
  let kept: unknown = initial;
  let before: unknown = initial;
  /** What a working storage would load. */
  let newest: unknown = initial;
  const hung = new Set<() => void>();
  const slow = new Set<() => void>();

  const fault = (text: string): void => note({ kind: 'storage fault', text });
  const after = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.setTimeout(done, ms);
      slow.add(done);
      function done(): void {
        clock.clearTimeout(timer);
        slow.delete(done);
        resolve();
      }
    });
  const never = <Value>(what: string): Promise<Value> => {
    fault(`${what} hangs`);
    const over = clock.wait();
    return new Promise((_, reject) => {
      hung.add(() => {
        over();
        reject(new Error(`the ${what} was cancelled`));
      });
    });
  };
  /** The process is dead, so nothing catches this. */
  const gone = (): never => {
    throw new Error('the process was killed');
  };
  const fail = (what: string, error: Error): never => {
    fault(`${what} fails: ${error.message}`);
    throw error;
  };
  const isFull = (): boolean => {
    const elapsed = clock.monotonic();
    return full !== undefined && elapsed >= full.fromMs && elapsed < full.fromMs + full.forMs;
  };
  const keep = (saved: SavedWorker): void => {
    before = kept;
    kept = saved;
    newest = kept;
    note({ kind: 'saved', saved });
  };
  const give = (what: unknown): Partial<SavedWorker> => {
    note({ kind: 'loaded', saved: what, isNewest: what === newest });
    // Like a file: only JSON survives, and no object is shared.
    return JSON.parse(JSON.stringify(what));
  };

  return {
    open: () => {
      let isDead = false;
      return {
        kill: () => {
          isDead = true;
        },
        load: () => {
          const next = loads.shift() ?? 'works';
          switch (next) {
            case 'works':
              return give(kept);
            case 'throws':
              return fail('load', new Error('the storage cannot be read'));
            case 'hangs':
              return never('load');
            case 'forgets':
              fault('load forgets everything');
              return give({});
            case 'older':
              fault('load returns an older state');
              return give(before);
            case 'malformed':
              fault('load returns something malformed');
              return give({ state: { lastOutcome: 'sleeping' }, peers: 'none' });
            default:
              fault(`load takes ${next.slowMs} ms`);
              return after(next.slowMs).then(() => (isDead ? gone() : give(kept)));
          }
        },
        save: (saved) => {
          if (isDead) return gone();
          if (isFull())
            return fail('save', Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }));
          const next = saves.shift() ?? 'works';
          switch (next) {
            case 'works':
              return keep(saved);
            case 'throws':
              return fail('save', new Error('the storage cannot be written'));
            case 'hangs':
              return never('save');
            case 'tears':
              before = kept;
              kept = { state: JSON.stringify(saved.state).slice(0, 40), peers: [] };
              return fail('save', new Error('the storage broke off half way'));
            case 'forgets':
              fault('save keeps nothing but reports success');
              newest = saved;
              return undefined;
            default:
              fault(`save takes ${next.slowMs} ms`);
              return after(next.slowMs).then(() => {
                if (!isDead) keep(saved);
              });
          }
        },
      };
    },
    heal: () => {
      saves.length = 0;
      loads.length = 0;
      full = undefined;
      for (const giveUp of hung) giveUp();
      hung.clear();
      for (const done of [...slow]) done();
      // A torn save is set aside, as a storage with checksums does.
      if (kept !== newest) kept = newest;
    },
  };
}
