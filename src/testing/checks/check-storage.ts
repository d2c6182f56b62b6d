import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createPeerList } from '../../policy/peer-record.ts';
import { initialSyncState } from '../../policy/sync-worker-state.ts';
import type { SavedWorker, SyncStorage } from '../../storage/storage.ts';
import { needs, needsEqual, type PortCheck } from './port-check.ts';

/** Options of `checkStorage()`. */
export interface CheckStorageOptions {
  /**
   * The URL of a JavaScript module that exports the same `makeStorage`. A second process imports it, saves, and is killed.
   * Without it, the claims that need a second process are left out.
   */
  readonly module?: string | URL | undefined;
}

/**
 * The claims that every storage must fulfil.
 *
 * @param makeStorage opens the storage with the given name: equal names share their data, different names do not. Each check uses
 * a new name
 */
export function checkStorage(
  makeStorage: (place: string) => SyncStorage | Promise<SyncStorage>,
  { module }: CheckStorageOptions = {},
): readonly PortCheck[] {
  const inPlace = (claim: string, run: (place: string) => Promise<void>): PortCheck => ({
    claim,
    run: () => run(newPlace()),
  });
  /** Opens, uses and closes a storage, as a worker does between start and stop. */
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
    inPlace('an unused place loads neither a state nor peers', async (place) => {
      const { state, peers = [] } = await load(place);
      needs(state === undefined && peers.length === 0, 'load() returned something that was never saved');
    }),
    inPlace('what was saved is loaded, field by field', async (place) => {
      await save(place, worker(1));
      needsEqual(await load(place), worker(1), 'what it loads');
    }),
    inPlace('the last save counts', async (place) => {
      await save(place, worker(1), worker(2), worker(3));
      needsEqual(await load(place), worker(3), 'what it loads');
    }),
    inPlace('loading does not change what is saved', async (place) => {
      await save(place, worker(1));
      await load(place);
      needsEqual(await load(place), worker(1), 'what it loads the second time');
    }),
    inPlace('two places are independent', async (place) => {
      await save(place, worker(1));
      await save(`${place}-other`, worker(2));
      needsEqual(await load(place), worker(1), 'what it loads');
    }),
    inPlace('a save copies the value: later changes to the value are not saved', async (place) => {
      const changing = { ...worker(1), peers: [...worker(1).peers] };
      await save(place, changing);
      changing.peers.length = 0;
      needsEqual(await load(place), worker(1), 'what it loads');
    }),
    inPlace('texts with any character are loaded unchanged', async (place) => {
      const said = { ...worker(1).state, lastError: 'öß → "\\ \u0000 😀 \n\u2028' };
      await save(place, { ...worker(1), state: said });
      needsEqual((await load(place)).state?.lastError, said.lastError, 'the text');
    }),
    inPlace('the largest numbers are loaded unchanged', async (place) => {
      const large = { ...worker(1).state, nextSyncDueAt: Number.MAX_SAFE_INTEGER };
      await save(place, { ...worker(1), state: large });
      needsEqual((await load(place)).state, large, 'the state');
    }),
    inPlace(
      'a second owner is refused while the first has the place open, but not afterwards',
      async (place) => {
        const first = await makeStorage(place);
        await first.load(ignore);
        try {
          needs(await isRefused(() => load(place)), 'a second owner is let in');
        } finally {
          await first.close?.();
        }
        await load(place);
      },
    ),
  ];
  if (module === undefined) return checks;
  const url = String(module);
  return [
    ...checks,
    inPlace(
      'a completed save survives a kill, with the state and the peers of the same save',
      async (place) => {
        for (const done of [1, 3, 20]) {
          const child = await savingProcess(url, place);
          const seen = await child.until(done);
          await child.kill();
          const { state, peers } = await load(place);
          needs(state !== undefined, `nothing is left of ${seen} saves`);
          const at = state?.lastSyncStartedAt ?? 0;
          needs(at >= seen, `save ${seen} was completed, but save ${at} is loaded`);
          needsEqual({ state, peers }, worker(at), `what is left of save ${at}`);
        }
      },
    ),
    inPlace('another process is refused while this one has the place open', async (place) => {
      const first = await makeStorage(place);
      await first.load(ignore);
      const child = await savingProcess(url, place);
      const seen = await child.until(1);
      await child.kill();
      await first.close?.();
      needs(seen === 0, 'another process could save there');
    }),
  ];
}

let made = 0;

/** A name that no check has used before, in this process or an earlier one. */
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
    // Any error will do: the worker does not start.
    return true;
  }
}

/** A saved worker whose state and peers both contain `number`, to tell saves apart. */
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

/** Saves again and again, and prints the number of each completed save. Exits when a call is refused. */
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
  /** Resolves once `done` saves are completed or the process has ended. @returns the number of the last completed save */
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
