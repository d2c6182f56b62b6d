import { messageOf } from '../../policy/thrown.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { InspectorPart } from '../inspector-part.ts';
import { type Broadcast, createBroadcast } from '../viewers/broadcast.ts';
import { viewerPage } from '../viewers/viewer-page.ts';
import { classicMessages, refusalMessage, stopMessage } from './classic-messages.ts';
import { readViewerMessage, type ViewerEvent } from './viewer-message.ts';

/** Options of `classicInspector()`. */
export interface ClassicInspectorOptions {
  /** The page of the visualizer. Its origin may open the WebSocket. @default 'https://stately.ai/viz' */
  readonly page?: string | undefined;
  /** Whether it may request a sync and report that a peer got in touch. @default false */
  readonly control?: boolean | undefined;
}

/**
 * Serves the classic Stately visualizer, which was made for XState 4, with the messages of `@xstate/inspect`. Nothing is attached
 * to a worker until a viewer connects.
 *
 * @throws TypeError for a page that is not an http or https address
 */
export function classicInspector(options: ClassicInspectorOptions = {}): InspectorPart {
  const { control = false } = options;
  const page = viewerPage(options.page ?? 'https://stately.ai/viz', 'The page of the classic visualizer');
  const broadcast: Broadcast = createBroadcast({
    translate: classicMessages,
    message: (viewer, text) => {
      const message = readViewerMessage(text);
      if (message?.type === 'xstate.inspecting') broadcast.watch(viewer);
      if (message?.type !== 'xstate.event') return;
      const { sessionId: name, event } = message;
      const worker = broadcast.workers.get(name)?.worker;
      if (worker === undefined) return;
      try {
        if (!control)
          throw new TypeError('this inspection is read-only; start it with control to send events');
        sendEvent(worker, event);
      } catch (error) {
        viewer.send(refusalMessage(name, worker.snapshot, messageOf(error)));
      }
    },
  });
  return {
    ...broadcast,
    path: '/classic',
    origins: [page.origin],
    viewUrl: (server) => classicUrl(page, new URL(server).host),
    // We serve no page here; the answer names the page to open.
    page: (host) => ({
      status: 426,
      type: 'text/plain; charset=utf-8',
      body: `This is the WebSocket of the classic Stately visualizer. Open this page instead:\n${classicUrl(page, host)}\nIt sees what the workers emit.\n`,
      headers: { upgrade: 'websocket' },
    }),
    remove: (name) => {
      if (broadcast.workers.get(name)?.worker.snapshot?.status === 'active')
        broadcast.send(stopMessage(name));
      broadcast.remove(name);
    },
  };
}

/** The address of the visualizer's page, with our WebSocket as its server. */
function classicUrl(page: URL, host: string): string {
  const url = new URL(page);
  const others = [...url.searchParams].filter(([name]) => name !== 'inspect' && name !== 'server');
  const kept = others.length === 0 ? '' : `&${new URLSearchParams(others)}`;
  url.search = `?inspect&server=ws://${host}/classic${kept}`;
  return url.href;
}

/**
 * Carries out a viewer's event through the worker's public API: a sync request, or a peer that got in touch.
 *
 * @throws TypeError for an event that is not allowed or malformed; Error for a worker that is not running
 */
function sendEvent(worker: SyncWorker, { type, force, peerUrl }: ViewerEvent['event']): void {
  if (type === 'sync.requested') {
    if (force !== undefined && typeof force !== 'boolean') {
      throw new TypeError('force must be true, false, or left out');
    }
    worker.requestSync(force === undefined ? {} : { force });
  } else if (type === 'peer.seen') {
    if (typeof peerUrl !== 'string') throw new TypeError('peerUrl must be an absolute URL');
    worker.peerSeen(peerUrl);
  } else {
    throw new TypeError('a viewer may only send sync.requested and peer.seen');
  }
}
