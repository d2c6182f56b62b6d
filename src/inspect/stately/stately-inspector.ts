import type { InspectionEvent } from 'xstate';
import { systemReport } from '../../clock/system-ports.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import { watchActor } from '../actor-watch.ts';
import type { InspectorPart } from '../inspector-part.ts';
import { plainValue } from '../viewers/plain-value.ts';
import { viewerPage } from '../viewers/viewer-page.ts';
import { createViewers } from '../viewers/viewers.ts';
import { relayRequest } from './relay-request.ts';
import type { StatelyEvent } from './stately-event.ts';
import { createStatelyWire } from './stately-wire.ts';

/** Which page is shown the events, and what it gets to see. */
export interface StatelyInspectorOptions {
  /** @default 'https://stately.ai/inspect' */
  readonly page?: string | undefined;
  /**
   * Changes an event before it leaves the process, or drops it by giving undefined. It is given plain JSON, and what it
   * gives goes through the same once more: names and passserialize of URLs are out before and after.
   *
   * @default every event leaves as it is
   */
  readonly sanitize?: ((event: StatelyEvent) => unknown) | undefined;
}

interface Watched {
  readonly worker: SyncWorker;
  readonly serialize: (event: InspectionEvent) => string | undefined;
  /** Undefined while nobody watches. */
  off: (() => void) | undefined;
}

/**
 * The Stately Inspector: a page of ours that asks first, and then hands on to the inspector's page what the workers
 * emit. Nothing is attached to a worker before, and nothing that page says reaches one.
 *
 * @throws TypeError for a page that is no http or https address
 */
export function statelyInspector(options: StatelyInspectorOptions = {}): InspectorPart {
  const page = viewerPage(options.page ?? 'https://stately.ai/inspect', 'The page of the Stately Inspector');
  const sanitized = guardedHook(options.sanitize);
  const workers = new Map<string, Watched>();

  const viewers = createViewers({
    joined: (viewer) => {
      const unwatched = [...workers.values()].filter(({ off }) => off === undefined);
      if (unwatched.length === 0) viewer.sync(sendAll);
      // The first one is sent the announcement itself.
      unwatched.forEach(attach);
    },
    caughtUp: (viewer) => viewer.sync(sendAll),
    // Nothing a viewer says reaches a worker: this inspector only shows.
    message: () => undefined,
    left: () => {
      const [watching] = viewers;
      if (watching === undefined) workers.forEach(detach);
    },
  });
  const attach = (watched: Watched): void => {
    watched.off = watchActor(watched.worker, (event) => {
      const all = [...viewers];
      if (all.every(({ isBehind }) => isBehind)) {
        // Nobody would get it: it is not even read.
        for (const viewer of all) viewer.skip();
        return;
      }
      const text = watched.serialize(event);
      if (text !== undefined) for (const viewer of all) viewer.send(text);
    });
  };
  /** An actor is announced to whoever begins to watch it, and the announcement is its present state. */
  const sendAll = (send: (text: string) => void): void => {
    for (const { worker, serialize } of workers.values()) {
      const off = watchActor(worker, (event) => {
        const text = serialize(event);
        if (text !== undefined) send(text);
      });
      off();
    }
  };

  return {
    path: '/stately',
    // Its own page alone: what another page would get here has not been agreed to by anybody.
    origins: [],
    viewUrl: (server) => `${server}/stately`,
    request: relayRequest(page, () => [...workers.keys()]),
    upgrade: viewers.upgrade,
    add: (name, worker) => {
      const wire = createStatelyWire(name);
      const serialize = (event: InspectionEvent): string | undefined => {
        const given = sanitized(wire(event));
        return given === undefined ? undefined : JSON.stringify(given);
      };
      const watched = { worker, serialize, off: undefined };
      workers.set(name, watched);
      const [watching] = viewers;
      if (watching !== undefined) attach(watched);
    },
    remove: (name) => {
      const watched = workers.get(name);
      if (watched !== undefined) detach(watched);
      workers.delete(name);
    },
    close: async () => {
      workers.forEach(detach);
      workers.clear();
      await viewers.close();
    },
  };
}

function detach(watched: Watched): void {
  watched.off?.();
  watched.off = undefined;
}

/** A hook that throws lets nothing out, and says so once. */
function guardedHook(
  sanitize: StatelyInspectorOptions['sanitize'],
): (event: StatelyEvent | undefined) => unknown {
  let hasFailed = false;
  return (event) => {
    if (event === undefined || sanitize === undefined) return event;
    try {
      const given = sanitize(event);
      // A hook may give anything, so it goes through the same once more.
      return given === undefined ? undefined : plainValue(given);
    } catch (cause) {
      if (!hasFailed) systemReport(new Error('sanitize threw; what it threw at is not sent', { cause }));
      hasFailed = true;
      return undefined;
    }
  };
}
