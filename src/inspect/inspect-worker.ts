import { createHttpServer } from '../http/http-server.ts';
import type { ShownChain } from '../operations/worker-status.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { controlAnswer } from './control-answer.ts';
import { Feed } from './feed.ts';
import type { Inspection, InspectOptions } from './inspection.ts';
import { loadParts } from './load-parts.ts';
import { createRoutes } from './routes.ts';
import { viewOf } from './subject.ts';
import { isWorker, WatchedWorkers } from './watched-workers.ts';

const MAX_CONNECTIONS = 100;
/** Milliseconds in which nothing moves on a connection, though a feed sends something every 10 s. */
const IDLE_MS = 30_000;

/**
 * Shows running workers on a page of this machine: the chart with its active state, the countdown, the peers, the last
 * runs. Nothing is attached to a worker but by this call, and `close()` takes all of it off.
 *
 * @param workers one worker, or several by their names
 * @throws RangeError for a port, TypeError for a name, Error for a port in use, saying what to do
 */
export async function inspectWorker(
  workers: SyncWorker | Readonly<Record<string, SyncWorker>>,
  options: InspectOptions = {},
): Promise<Inspection> {
  const { control: mayControl = false, chains = {}, faults } = options;
  const { pageAssets: assets } = await import('./page/page-assets.ts');
  const { stately, classic } = await loadParts(options);
  const parts = [stately, classic].filter((part) => part !== undefined);

  const watched = new WatchedWorkers(parts, {
    changed: (subject) => feed.changed(subject),
    changedAll: () => feed.changedAll(),
  });
  const feed = new Feed({
    subject: (name) => watched.subject(name),
    view: (subject, seen) => viewOf(subject, seen, { workers: watched.names, mayControl, faults }),
    unannounced: ({ name, chain }) =>
      JSON.stringify([chain?.head(), chain?.count(), chain?.serving?.(), faults?.switches(name)]),
  });

  const http = createHttpServer({ maxConnections: MAX_CONNECTIONS, idleTimeoutMs: IDLE_MS });
  let origin = '';
  const end = async (): Promise<void> => {
    for (const name of watched.names) watched.remove(name);
    feed.close();
    await Promise.all(parts.map((part) => part.close()));
    await http.close();
  };
  let ending: Promise<void> | undefined;
  const close = (): Promise<void> => {
    ending ??= end();
    return ending;
  };
  const add = (name: string, worker: SyncWorker, chain?: ShownChain): void => {
    if (ending !== undefined) throw new Error('The inspection was closed; begin another one');
    watched.add(name, worker, chain);
  };

  try {
    const named = isWorker(workers) ? [['worker', workers] as const] : Object.entries(workers);
    for (const [name, worker] of named) add(name, worker, ownValue(chains, name));
    origin = await http.listen(options.port ?? 0, '127.0.0.1');
  } catch (error) {
    await close();
    throw error;
  }
  const controlled = { worker: (name: string) => watched.worker(name), faults };
  const control = mayControl ? (body: string) => controlAnswer(body, controlled) : undefined;
  const routes = createRoutes({ port: Number(new URL(origin).port || 80), assets, parts, feed, control });
  http.server.on('request', routes.request);
  http.onUpgrade(routes.upgrade);

  return {
    url: `${origin}/`,
    statelyUrl: stately?.viewUrl(origin),
    classicUrl: classic?.viewUrl(origin),
    add,
    remove: (name) => watched.remove(name),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Not what every object has, such as a name `constructor` would find. */
function ownValue<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
