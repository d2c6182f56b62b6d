import { systemNow } from '../clock/system-ports.ts';
import { type ShownChain, viewOfChain } from '../operations/worker-status.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { controlAnswer } from './control.ts';
import { Feed, type FeedSource } from './feed.ts';
import type { Inspection, InspectOptions, InspectorPage } from './inspection.ts';
import type { Recording } from './recording/recording.ts';
import { type LocalServer, servePage } from './serve-page.ts';
import { isWorker, recordedSubject, WatchedWorkers } from './watched-workers.ts';
import { workersOverview } from './workers-overview.ts';

/**
 * Serves a local page that shows running workers: the chart with its active state, the countdown, the peers, the last runs. Only
 * this call attaches anything to a worker, and `close()` removes all of it.
 *
 * @param workers one worker, or several by name
 * @throws RangeError for an invalid port, TypeError for an invalid name, Error, saying what to do, for a port in use
 */
export async function inspectWorker(
  workers: SyncWorker | Readonly<Record<string, SyncWorker>>,
  options: InspectOptions = {},
): Promise<Inspection> {
  const { control: mayControl = false, chains = {}, faults, parts = [] } = options;
  const watched = new WatchedWorkers(parts, {
    changed: (subject) => feed.changed(subject),
    changedAll: () => feed.changedAll(),
  });
  const feed = new Feed({
    now: systemNow,
    subject: (name) => watched.subject(name),
    describe: (subject) => ({
      source: 'live',
      started: subject?.worker?.isStarted ?? false,
      mayControl,
      chain: subject?.chain === undefined ? null : viewOfChain(subject.chain),
      faults: subject === undefined ? [] : (faults?.switches(subject.name) ?? []),
      remarks: [],
    }),
    overview: (search) => workersOverview(watched, search),
  });

  let local: LocalServer | undefined;
  const end = async (): Promise<void> => {
    for (const name of watched.names) watched.remove(name);
    feed.close();
    await Promise.all(parts.map((part) => part.close()));
    await local?.close();
  };
  let ending: Promise<void> | undefined;
  const close = (): Promise<void> => {
    ending ??= end();
    return ending;
  };
  const add = (name: string, worker: SyncWorker, chain?: ShownChain): void => {
    if (ending !== undefined) throw new Error('The inspection was closed; start another one');
    watched.add(name, worker, chain);
  };

  try {
    const named = isWorker(workers) ? [['worker', workers] as const] : Object.entries(workers);
    for (const [name, worker] of named)
      add(name, worker, Object.hasOwn(chains, name) ? chains[name] : undefined);
    const controlled = { worker: (name: string) => watched.worker(name), faults };
    const control = mayControl ? (asked: unknown) => controlAnswer(asked, controlled) : undefined;
    local = await servePage({ parts, feed, control }, options.port ?? 0);
  } catch (error) {
    await close();
    throw error;
  }
  const { origin } = local;
  return {
    url: `${origin}/`,
    partUrls: parts.map((part) => part.viewUrl(origin)),
    add,
    remove: (name) => watched.remove(name),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Serves the same page for a recording, without a worker.
 *
 * @throws TypeError for a recording whose chart cannot be read, RangeError for an invalid port, Error for a port in use
 */
export async function replayRecording(
  recording: Recording,
  { port = 0 }: Pick<InspectOptions, 'port'> = {},
): Promise<InspectorPage> {
  const subject = recordedSubject(recording);
  const source: FeedSource = {
    now: subject.now,
    subject: () => subject,
    describe: () => ({
      source: 'replay',
      started: true,
      mayControl: false,
      chain: null,
      faults: [],
      remarks: [],
    }),
    overview: () => ({ total: 1, counts: {}, rows: [], found: 1 }),
  };
  const feed = new Feed(source);
  const local = await servePage({ parts: [], feed, control: undefined }, port);
  const close = async (): Promise<void> => {
    feed.close();
    await local.close();
  };
  return { url: `${local.origin}/`, close, [Symbol.asyncDispose]: close };
}
