import type { SavedWorker, SyncStorage } from '../../storage/storage.ts';
import type { InnerClock } from '../world/world-clock.ts';
import type { StorageFaults } from './storage-faults.ts';

/** What a faulty storage tells the world. */
export type StorageNote =
  | { readonly kind: 'loaded'; readonly saved: unknown; readonly isNewest: boolean }
  | { readonly kind: 'saved'; readonly saved: SavedWorker }
  | { readonly kind: 'storage fault'; readonly text: string };

/** A storage on virtual time that misbehaves as told. */
export interface FaultyStorage {
  /** The storage as one process has it: after `kill()` nothing that it does counts. */
  open(): SyncStorage & { kill(): void };
  /** From now on all is well: what was slow is done, and what hung fails. */
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
  /** What an honest storage would give. */
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
        reject(new Error(`the ${what} was given up`));
      });
    });
  };
  /** Nobody hears it: the process is dead. */
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
    // As a file would have it: nothing that is not JSON survives, and nothing is shared.
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
              fault('load has forgotten everything');
              return give({});
            case 'older':
              fault('load gives an older state');
              return give(before);
            case 'malformed':
              fault('load gives what nobody saved');
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
              fault('save keeps nothing, and says it did');
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
      // What was torn is set aside, as a storage with checksums does.
      if (kept !== newest) kept = newest;
    },
  };
}
