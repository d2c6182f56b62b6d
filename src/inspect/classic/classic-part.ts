import { messageOf } from '../../policy/thrown.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { InspectorPart } from '../inspector-part.ts';
import type { Viewer } from '../viewers/viewer.ts';
import { viewerPage } from '../viewers/viewer-page.ts';
import { createViewers } from '../viewers/viewers.ts';
import { classicAnswer } from './classic-answer.ts';
import { classicUrl } from './classic-url.ts';
import { obeyViewer } from './obey-viewer.ts';
import { ShownWorker } from './shown-worker.ts';
import { readViewerMessage, type ViewerMessage } from './viewer-message.ts';
import { openXStateInspect } from './xstate-inspect.ts';

/** Which page the classic visualizer is, and what it may do. */
export interface ClassicPartOptions {
  /** Its origin may open the WebSocket. @default 'https://stately.ai/viz' */
  readonly page?: string | undefined;
  /** Whether it may request a sync and tell of a peer that got in touch. @default false */
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
export function createClassicPart(options: ClassicPartOptions = {}): InspectorPart {
  const { control = false } = options;
  const page = viewerPage(options.page ?? 'https://stately.ai/viz', 'The page of the classic visualizer');
  const library = openXStateInspect();
  const number = freeNumber();
  const workers = new Map<string, ShownWorker>();
  /** The viewers that said so. */
  const watching = new Set<Viewer>();

  const audience = {
    tell: (message: string) => {
      for (const viewer of watching) viewer.send(message);
    },
    reads: () => {
      const isRead = [...watching].some(({ isBehind }) => !isBehind);
      if (!isRead) for (const viewer of watching) viewer.skip();
      return isRead;
    },
  };
  const showAll = (viewer: Viewer): void => {
    const own = new Set([...workers.values()].map(({ sessionId }) => sessionId));
    viewer.show((send) => {
      const toViewer = (message: string): void => {
        if (own.has(JSON.parse(message).sessionId)) send(message);
      };
      library.telling(toViewer, library.inspecting);
    });
  };
  const obey = (viewer: Viewer, { sessionId, event }: Extract<ViewerMessage, { event: unknown }>): void => {
    const shown = [...workers.values()].find((each) => each.sessionId === sessionId);
    if (shown === undefined) return;
    try {
      if (!control) throw new TypeError('this inspection only shows; begin it with control to send events');
      obeyViewer(shown.worker, event);
    } catch (error) {
      const reason = messageOf(error);
      shown.reply({ type: 'event.refused', reason }, (message) => viewer.send(message));
    }
  };

  const viewers = createViewers({
    joined: () => undefined,
    said: (viewer, text) => {
      const message = readViewerMessage(text);
      if (message?.type === 'xstate.event') obey(viewer, message);
      if (message?.type !== 'xstate.inspecting') return;
      // Attached before it counts as watching: what is announced then, it is shown below.
      workers.forEach((shown) => {
        shown.attach();
      });
      watching.add(viewer);
      // However often it asks: one that does not read is shown it once, when it has.
      if (viewer.isBehind) viewer.skip();
      else showAll(viewer);
    },
    caughtUp: showAll,
    left: (viewer) => {
      watching.delete(viewer);
      if (watching.size > 0) return;
      workers.forEach((shown) => {
        shown.detach();
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
      const shown = new ShownWorker(worker, sessionId, library, audience);
      workers.set(name, shown);
      if (watching.size > 0) shown.attach();
    },
    remove: (name) => {
      workers.get(name)?.detach();
      workers.delete(name);
    },
    close: async () => {
      workers.forEach((shown) => {
        shown.detach();
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
