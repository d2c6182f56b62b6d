import { messageOf } from '../../policy/thrown.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { InspectorPart } from '../inspector-part.ts';
import { type Broadcast, createBroadcast } from '../viewers/broadcast.ts';
import { viewerPage } from '../viewers/viewer-page.ts';
import { classicMessages, refusalMessage, stopMessage } from './classic-messages.ts';
import { readViewerMessage, type ViewerEvent } from './viewer-message.ts';

/** Which page the classic visualizer is, and what it may do. */
export interface ClassicInspectorOptions {
  /** Its origin may open the WebSocket. @default 'https://stately.ai/viz' */
  readonly page?: string | undefined;
  /** Whether it may request a sync and report that a peer got in touch. @default false */
  readonly control?: boolean | undefined;
}

/**
 * The classic Stately visualizer, which was made for XState 4, in the messages of `@xstate/inspect`. Nothing is attached to a
 * worker before a viewer says that it looks.
 *
 * @throws TypeError for a page that is no http or https address
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
        if (!control) throw new TypeError('this inspection only shows; begin it with control to send events');
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
    // There is no page of ours; whoever opens the path is told which one to open.
    page: (host) => ({
      status: 426,
      type: 'text/plain; charset=utf-8',
      body: `This is the WebSocket of the classic Stately visualizer. To look, open\n${classicUrl(page, host)}\nThat page sees what the workers emit.\n`,
      headers: { upgrade: 'websocket' },
    }),
    remove: (name) => {
      if (broadcast.workers.get(name)?.worker.snapshot?.status === 'active')
        broadcast.send(stopMessage(name));
      broadcast.remove(name);
    },
  };
}

/** The visualizer's page, told to inspect what our server shows. */
function classicUrl(page: URL, host: string): string {
  const url = new URL(page);
  const others = [...url.searchParams].filter(([name]) => name !== 'inspect' && name !== 'server');
  const kept = others.length === 0 ? '' : `&${new URLSearchParams(others)}`;
  url.search = `?inspect&server=ws://${host}/classic${kept}`;
  return url.href;
}

/**
 * Does what an event of a viewer asks for, by the worker's public API: a sync, or word of a peer that got in touch.
 *
 * @throws TypeError for what is not allowed, or malformed; Error for a worker that is not running
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
    throw new TypeError('a viewer may send sync.requested and peer.seen, and nothing else');
  }
}
