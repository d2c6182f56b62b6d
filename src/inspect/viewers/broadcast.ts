import type { InspectionEvent } from 'xstate';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import { watchActor } from '../actor-watch.ts';
import type { InspectorPart } from '../inspector-part.ts';
import type { Viewer } from './viewer.ts';
import { createViewers } from './viewers.ts';

/** Puts what XState tells of one worker's actor into the messages of somebody's page. */
export type Translate = (event: InspectionEvent) => readonly string[];

/** What differs between the pages of others. */
export interface BroadcastOptions {
  /** Called once a worker. */
  readonly translate: (name: string) => Translate;
  readonly joined?: (viewer: Viewer) => void;
  readonly message?: (viewer: Viewer, text: string) => void;
}

/** Several workers, shown to all who watch. Nothing is attached to a worker while nobody does. */
export interface Broadcast extends Required<Pick<InspectorPart, 'upgrade' | 'add' | 'remove' | 'close'>> {
  readonly workers: ReadonlyMap<string, Pick<Watched, 'worker'>>;
  /** The viewer is sent what is the case, and from then on all that comes of it. */
  watch(viewer: Viewer): void;
  /** To all who watch. */
  send(text: string): void;
}

interface Watched {
  readonly worker: SyncWorker;
  readonly translate: Translate;
  /** Undefined while nobody watches. */
  off: (() => void) | undefined;
}

export function createBroadcast({ translate, joined, message }: BroadcastOptions): Broadcast {
  const workers = new Map<string, Watched>();
  const watching = new Set<Viewer>();

  const attach = (watched: Watched): void => {
    watched.off ??= watchActor(watched.worker, (event) => {
      // What nobody would get is not even read.
      const isRead = [...watching].some(({ isBehind }) => !isBehind);
      if (!isRead) for (const viewer of watching) viewer.skip();
      else for (const text of watched.translate(event)) for (const viewer of watching) viewer.send(text);
    });
  };
  const detach = (watched: Watched): void => {
    watched.off?.();
    watched.off = undefined;
  };
  /** An actor is announced to whoever begins to watch it, and the announcement is its present state. */
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
      // Attached before it counts as watching: what is announced then, it is sent below.
      workers.forEach(attach);
      watching.add(viewer);
      // However often it asks: one that does not read is sent it once, when it has.
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
