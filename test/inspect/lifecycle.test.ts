import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import type { SyncWorker } from '../../src/index.ts';
import { inspectWorker } from '../../src/inspect/index.ts';
import { useInspections } from './inspection-world.ts';

const { embedded, inspected, watched, after } = useInspections();

/** The worker, with a count of the listeners on it and the inspections of its actor. */
function counted(worker: SyncWorker): { worker: SyncWorker; attached: () => number } {
  let attached = 0;
  const once = (off: () => void): (() => void) => {
    attached += 1;
    let isOn = true;
    return () => {
      if (isOn) attached -= 1;
      isOn = false;
      off();
    };
  };
  const spied = new WeakSet<object>();
  const handler: ProxyHandler<SyncWorker> = {
    get: (target, key) => {
      if (key === 'on') {
        const on: SyncWorker['on'] = (...args) => once(target.on(...args));
        return on;
      }
      const { actor } = target;
      if (key === 'actor' && actor !== undefined && !spied.has(actor)) {
        spied.add(actor);
        const { inspect } = actor.system;
        const { subscribe } = actor;
        actor.system.inspect = (observer) => ({ unsubscribe: once(inspect(observer).unsubscribe) });
        actor.subscribe = (...args: unknown[]) => ({
          unsubscribe: once(Reflect.apply(subscribe, actor, args).unsubscribe),
        });
      }
      return Reflect.get(target, key);
    },
  };
  return { worker: new Proxy(worker, handler), attached: () => attached };
}

/** Servers and connections of this process; the test runner has timers and pipes of its own. */
function sockets(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((resource) => resource.startsWith('TCP'))
    .toSorted();
}

test('nothing is attached to a worker before, and nothing is left after, the close', async () => {
  const { worker: own, pass } = embedded();
  const { worker, attached } = counted(own);
  await worker.start();
  await pass(1);
  const before = sockets();
  const inspection = await inspectWorker(worker, { control: true });
  // What it emits; the actor is inspected while somebody watches, and no longer.
  expect(attached()).toBe(1);
  const glance = await watched(inspection);
  await glance.next();
  expect(attached()).toBe(4);
  glance.close();
  await expect.poll(attached).toBe(1);
  const feed = await watched(inspection);
  await feed.next();
  expect(attached()).toBe(4);
  await worker.stop();
  await worker.start();
  await pass(1);
  await feed.until(() => feed.moment().state === 'ok');
  expect(attached()).toBe(4);
  await inspection.close();
  await inspection.close();
  expect(attached()).toBe(0);
  feed.close();
  await expect.poll(sockets).toEqual(before);
  await expect(fetch(inspection.url)).rejects.toThrow();
  expect(() => inspection.add('late', worker)).toThrow('The inspection was closed');
});

test('a worker that is removed is let go at once, also while somebody looks', async () => {
  const { worker, attached } = counted(embedded().worker);
  await worker.start();
  const inspection = await inspected({ a: worker });
  await (await watched(inspection, 'a')).next();
  expect(attached()).toBeGreaterThan(1);
  inspection.remove('a');
  expect(attached()).toBe(0);
});

test('it ends with the scope that holds it, also with viewers who watch', async () => {
  const { worker } = embedded();
  let feed: Awaited<ReturnType<typeof watched>>;
  {
    await using inspection = await inspectWorker(worker);
    feed = await watched(inspection);
    await feed.next();
  }
  await expect(feed.next()).rejects.toThrow('the feed ended');
});

test('a port that is taken is named, with what to do, and nothing stays attached', async () => {
  const { worker, attached } = counted(embedded().worker);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  after(() => other.close());
  const address = other.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await expect(inspectWorker(worker, { port })).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is in use by another program; choose another port, or 0 for a free one`,
  );
  expect(attached()).toBe(0);
});

test.each([-1, 65_536, 1.5, Number.NaN, '80' as never])('a port of %s is refused', async (port) => {
  await expect(inspectWorker(embedded().worker, { port })).rejects.toThrow(/^port is .*allowed is a whole/);
});

test.each(['', ' ', ' a', 'a\nb', 'x'.repeat(101), '\u202E'])('a worker cannot be named %j', async (name) => {
  await expect(inspectWorker({ [name]: embedded().worker })).rejects.toThrow('the name of the worker is');
});

test('a name that is taken is refused, and a name of any object is a name like any other', async () => {
  const { worker } = embedded();
  const inspection = await inspected({ constructor: worker });
  expect(() => inspection.add('constructor', worker)).toThrow('is already inspected; remove it first');
  inspection.add('__proto__', worker);
  inspection.remove('nobody');
  const { worker: name, overview } = await (await watched(inspection, '__proto__')).next();
  expect([name, overview?.total]).toEqual(['__proto__', 2]);
});

test('what is no worker is refused', async () => {
  await expect(inspectWorker({ a: 7 as never })).rejects.toThrow('a is 7; allowed is a sync worker');
});
