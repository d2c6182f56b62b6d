import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { InspectorPart } from '../inspector-part.ts';
import type { Viewer } from '../viewers/viewer.ts';
import { viewerPage } from '../viewers/viewer-page.ts';
import { createViewers } from '../viewers/viewers.ts';
import { classicAnswer } from './classic-answer.ts';
import { classicUrl } from './classic-url.ts';
import { ClassicWorker } from './classic-worker.ts';
import { sendEvent } from './send-event.ts';
import { readViewerMessage, type ViewerMessage } from './viewer-message.ts';
import { openXStateInspect } from './xstate-inspect.ts';

/** Which page the classic visualizer is, and what it may do. */
export interface ClassicInspectorOptions {
  /** Its origin may open the WebSocket. @default 'https://stately.ai/viz' */
  readonly page?: string | undefined;
  /** Whether it may request a sync and report that a peer got in touch. @default false */
  readonly control?: boolean | undefined;
}

/** Which numbers the parts of this process have: the library knows services by name, and all parts share it. */
const numbers = new Set<number>();

/**
 * The classic Stately visualizer, by `@xstate/inspect`, which was made for XState 4. Nothing is attached to a worker
 * before a viewer says that it looks.
 *
 * @throws TypeError for a page that is no http or https address, or a global `__xstate__` that cannot be replaced
 */
export function classicInspector(options: ClassicInspectorOptions = {}): InspectorPart {
  const { control = false } = options;
  const page = viewerPage(options.page ?? 'https://stately.ai/viz', 'The page of the classic visualizer');
  const library = openXStateInspect();
  const number = freeNumber();
  const workers = new Map<string, ClassicWorker>();
  /** Those that asked to watch. */
  const watching = new Set<Viewer>();

  const audience = {
    send: (message: string) => {
      for (const viewer of watching) viewer.send(message);
    },
    reads: () => {
      const isRead = [...watching].some(({ isBehind }) => !isBehind);
      if (!isRead) for (const viewer of watching) viewer.skip();
      return isRead;
    },
  };
  const sendAll = (viewer: Viewer): void => {
    const own = new Set([...workers.values()].map(({ sessionId }) => sessionId));
    viewer.sync((send) => {
      const toViewer = (message: string): void => {
        if (own.has(JSON.parse(message).sessionId)) send(message);
      };
      library.delivering(toViewer, library.inspecting);
    });
  };
  const answer = (viewer: Viewer, { sessionId, event }: Extract<ViewerMessage, { event: unknown }>): void => {
    const asked = [...workers.values()].find((each) => each.sessionId === sessionId);
    if (asked === undefined) return;
    try {
      if (!control) throw new TypeError('this inspection only shows; begin it with control to send events');
      sendEvent(asked.worker, event);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      asked.reply({ type: 'event.refused', reason }, (message) => viewer.send(message));
    }
  };

  const viewers = createViewers({
    joined: () => undefined,
    message: (viewer, text) => {
      const message = readViewerMessage(text);
      if (message?.type === 'xstate.event') answer(viewer, message);
      if (message?.type !== 'xstate.inspecting') return;
      // Attached before it counts as watching: what is announced then, it is sent below.
      workers.forEach((each) => {
        each.attach();
      });
      watching.add(viewer);
      // However often it asks: one that does not read is sent it once, when it has.
      if (viewer.isBehind) viewer.skip();
      else sendAll(viewer);
    },
    caughtUp: sendAll,
    left: (viewer) => {
      watching.delete(viewer);
      if (watching.size > 0) return;
      workers.forEach((each) => {
        each.detach();
      });
    },
  });

  return {
    path: '/classic',
    origins: [page.origin],
    viewUrl: (server) => classicUrl(page, server),
    request: classicAnswer(page),
    upgrade: viewers.upgrade,
    add: (name: string, worker: SyncWorker) => {
      const sessionId = number === 1 ? name : `${name} (${number})`;
      const added = new ClassicWorker(worker, sessionId, library, audience);
      workers.set(name, added);
      if (watching.size > 0) added.attach();
    },
    remove: (name) => {
      workers.get(name)?.detach();
      workers.delete(name);
    },
    close: async () => {
      workers.forEach((each) => {
        each.detach();
      });
      workers.clear();
      await viewers.close();
      numbers.delete(number);
    },
  };
}

function freeNumber(): number {
  let number = 1;
  while (numbers.has(number)) number += 1;
  numbers.add(number);
  return number;
}
