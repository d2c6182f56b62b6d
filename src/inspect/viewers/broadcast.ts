import type { InspectionEvent } from 'xstate';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import { watchActor } from '../actor-watch.ts';
import type { InspectorPart } from '../inspector-part.ts';
import type { Viewer } from './viewer.ts';
import { createViewers } from './viewers.ts';

/** Converts XState's inspection events of one worker into the messages of a third-party page. */
export type Translate = (event: InspectionEvent) => readonly string[];

/** What differs between the third-party pages. */
export interface BroadcastOptions {
  /** Called once per worker. */
  readonly translate: (name: string) => Translate;
  readonly joined?: (viewer: Viewer) => void;
  readonly message?: (viewer: Viewer, text: string) => void;
}

/** Shows several workers to all viewers. Without viewers, nothing is attached to a worker. */
export interface Broadcast extends Required<Pick<InspectorPart, 'upgrade' | 'add' | 'remove' | 'close'>> {
  readonly workers: ReadonlyMap<string, Pick<Watched, 'worker'>>;
  /** Sends the viewer the current state, and all events from then on. */
  watch(viewer: Viewer): void;
  /** Sends a message to all viewers. */
  send(text: string): void;
}

interface Watched {
  readonly worker: SyncWorker;
  readonly translate: Translate;
  /** Undefined while nobody is watching. */
  off: (() => void) | undefined;
}

export function createBroadcast({ translate, joined, message }: BroadcastOptions): Broadcast {
  const workers = new Map<string, Watched>();
  const watching = new Set<Viewer>();

  const attach = (watched: Watched): void => {
    watched.off ??= watchActor(watched.worker, (event) => {
      // If every viewer is behind, do not even serialise the event.
      const isRead = [...watching].some(({ isBehind }) => !isBehind);
      if (!isRead) for (const viewer of watching) viewer.skip();
      else for (const text of watched.translate(event)) for (const viewer of watching) viewer.send(text);
    });
  };
  const detach = (watched: Watched): void => {
    watched.off?.();
    watched.off = undefined;
  };
  /** A new watch announces the existing actors, with their current states. */
  const sendAll = (viewer: Viewer): void => {
    viewer.sync((send) => {
      for (const watched of workers.values()) {
        const off = watchActor(watched.worker, (event) => watched.translate(event).forEach(send));
        off();
      }
    });
  };
  const viewers = createViewers({
    joined: (viewer) => joined?.(viewer),
    message: (viewer, text) => message?.(viewer, text),
    caughtUp: sendAll,
    left: (viewer) => {
      watching.delete(viewer);
      if (watching.size === 0) workers.forEach(detach);
    },
  });

  return {
    workers,
    watch: (viewer) => {
      // Attach before the viewer is added: otherwise it would get the announcements twice, here and below.
      workers.forEach(attach);
      watching.add(viewer);
      // A viewer that does not read gets the state once, when it has caught up, however often it asks.
      if (viewer.isBehind) viewer.skip();
      else sendAll(viewer);
    },
    send: (text) => {
      for (const viewer of watching) viewer.send(text);
    },
    upgrade: viewers.upgrade,
    add: (name, worker) => {
      const watched = { worker, translate: translate(name), off: undefined };
      workers.set(name, watched);
      if (watching.size > 0) attach(watched);
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
