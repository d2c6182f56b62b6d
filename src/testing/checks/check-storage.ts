import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createPeerList } from '../../policy/peer-record.ts';
import { initialSyncState } from '../../policy/sync-worker-state.ts';
import type { SavedWorker, SyncStorage } from '../../storage/storage.ts';
import { needs, needsEqual, type PortCheck } from './port-check.ts';

/** What a storage is checked with. */
export interface CheckStorageOptions {
  /**
   * The URL of a JavaScript module that exports `makeStorage`, the very function: another process, which is then killed, saves by it.
   * Without it nothing is checked that takes a second process.
   */
  readonly module?: string | URL | undefined;
}

/**
 * What every storage must hold.
 *
 * @param makeStorage opens the storage of a place: the same name means the same data, another name other data. Called with a name
 * that was never used before by each check
 */
export function checkStorage(
  makeStorage: (place: string) => SyncStorage | Promise<SyncStorage>,
  { module }: CheckStorageOptions = {},
): readonly PortCheck[] {
  const inPlace = (claim: string, run: (place: string) => Promise<void>): PortCheck => ({
    claim,
    run: () => run(newPlace()),
  });
  /** Opens, uses and closes it, as a worker does from a start to a stop. */
  const use = async <Value>(place: string, act: (storage: SyncStorage) => Promise<Value>): Promise<Value> => {
    const storage = await makeStorage(place);
    try {
      return await act(storage);
    } finally {
      await storage.close?.();
    }
  };
  const load = (place: string): Promise<Partial<SavedWorker>> =>
    use(place, async (storage) => storage.load(ignore));
  const save = (place: string, ...all: readonly SavedWorker[]): Promise<void> =>
    use(place, async (storage) => {
      await storage.load(ignore);
      for (const saved of all) await storage.save(saved);
    });

  const checks = [
    inPlace('a place where nothing was saved gives neither a state nor peers', async (place) => {
      const { state, peers = [] } = await load(place);
      needs(state === undefined && peers.length === 0, 'it gives something that nobody saved');
    }),
    inPlace('what was saved is given back, field by field', async (place) => {
      await save(place, worker(1));
      needsEqual(await load(place), worker(1), 'what it gives back');
    }),
    inPlace('the last save counts', async (place) => {
      await save(place, worker(1), worker(2), worker(3));
      needsEqual(await load(place), worker(3), 'what it gives back');
    }),
    inPlace('a load does not change what is saved, however often', async (place) => {
      await save(place, worker(1));
      await load(place);
      needsEqual(await load(place), worker(1), 'what it gives back the second time');
    }),
    inPlace('two places do not know of each other', async (place) => {
      await save(place, worker(1));
      await save(`${place}-other`, worker(2));
      needsEqual(await load(place), worker(1), 'what it gives back');
    }),
    inPlace('a save takes the value as it is then: what is changed after it is not saved', async (place) => {
      const changing = { ...worker(1), peers: [...worker(1).peers] };
      await save(place, changing);
      changing.peers.length = 0;
      needsEqual(await load(place), worker(1), 'what it gives back');
    }),
    inPlace('texts of any script, and with any character, come back', async (place) => {
      const said = { ...worker(1).state, lastError: 'öß → "\\ \u0000 😀 \n\u2028' };
      await save(place, { ...worker(1), state: said });
      needsEqual((await load(place)).state?.lastError, said.lastError, 'the text');
    }),
    inPlace('the largest numbers come back', async (place) => {
      const large = { ...worker(1).state, nextSyncDueAt: Number.MAX_SAFE_INTEGER };
      await save(place, { ...worker(1), state: large });
      needsEqual((await load(place)).state, large, 'the state');
    }),
    inPlace('a second owner of a place is refused while the first has it, and not after', async (place) => {
      const first = await makeStorage(place);
      await first.load(ignore);
      try {
        needs(await isRefused(() => load(place)), 'a second one is let in');
      } finally {
        await first.close?.();
      }
      await load(place);
    }),
  ];
  if (module === undefined) return checks;
  const url = String(module);
  return [
    ...checks,
    inPlace('a save that was done survives a kill, whole: state and peers of one save', async (place) => {
      for (const done of [1, 3, 20]) {
        const child = await savingProcess(url, place);
        const seen = await child.until(done);
        await child.kill();
        const { state, peers } = await load(place);
        needs(state !== undefined, `nothing is left of ${seen} saves`);
        const at = state?.lastSyncStartedAt ?? 0;
        needs(at >= seen, `save ${seen} was done, and ${at} is left`);
        needsEqual({ state, peers }, worker(at), `what is left of save ${at}`);
      }
    }),
    inPlace('another process is refused while this one has the place', async (place) => {
      const first = await makeStorage(place);
      await first.load(ignore);
      const child = await savingProcess(url, place);
      const seen = await child.until(1);
      await child.kill();
      await first.close?.();
      needs(seen === 0, 'another process saves there');
    }),
  ];
}

let made = 0;

/** A name that no earlier check has used, nor any of an earlier process. */
function newPlace(): string {
  made += 1;
  return `check-${process.pid}-${Date.now()}-${made}`;
}

const ignore = (): void => undefined;

async function isRefused(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return false;
  } catch {
    // Whatever the storage throws: a worker does not start then.
    return true;
  }
}

/** What a worker saves, told apart by a number that stands in its state and in its peers. */
function worker(number: number): SavedWorker {
  return {
    state: {
      ...initialSyncState(),
      lastSyncStartedAt: number,
      lastOutcome: 'running',
      currentHead: `h${number}`,
    },
    peers: createPeerList([{ peerUrl: 'http://a.example', failureCount: number }, 'http://b.example']),
  };
}

/** Saves one after the other, and says each that is done. It ends when it is refused. */
const program = `
const { makeStorage } = await import(process.argv[1]);
const { state, peers: [first, ...others] } = JSON.parse(process.argv[3]);
const worker = (number) => ({
  state: { ...state, lastSyncStartedAt: number, currentHead: 'h' + number },
  peers: [{ ...first, failureCount: number }, ...others],
});
try {
  const storage = await makeStorage(process.argv[2]);
  await storage.load(() => undefined);
  for (let number = 1; ; number += 1) {
    await storage.save(worker(number));
    process.stdout.write(number + '\\n');
    await new Promise((next) => setImmediate(next));
  }
} catch {
  process.exit(0);
}
`;

interface SavingProcess {
  /** The number of the last save that it said was done, once there are so many, or it has ended. */
  until(done: number): Promise<number>;
  kill(): Promise<void>;
}

async function savingProcess(module: string, place: string): Promise<SavingProcess> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', program, module, place, JSON.stringify(worker(1))],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'close');
  let last = 0;
  let woken: () => void = () => undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = Number(line);
    woken();
  });
  void ended.then(() => woken());
  return {
    until: async (done) => {
      while (last < done && child.exitCode === null && child.signalCode === null) {
        await new Promise<void>((wake) => {
          woken = wake;
        });
      }
      return last;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
