import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { systemNow } from '../../clock/system-ports.ts';
import { refuseUpgrade } from '../../http/guard.ts';
import { Allowance } from './allowance.ts';
import { Viewer, type ViewerEvents } from './viewer.ts';

/** What a part is told of its viewers. */
export interface ViewersOptions extends ViewerEvents {
  joined(viewer: Viewer): void;
  /** Seconds. @default the system's */
  readonly now?: (() => number) | undefined;
}

/** The viewers of one part. */
export interface Viewers {
  /** The origin and the host of the request have been checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

const MAX_VIEWERS = 16;
/** No viewer has more to say than one event. */
const MAX_MESSAGE_BYTES = 16 * 1024;
const ALLOWED_MESSAGES = { burst: 50, perSecond: 10 };

/** Takes in viewers by WebSocket, so many and no more. None of them can slow or stop the process. */
export function createViewers(options: ViewersOptions): Viewers {
  const { now = systemNow } = options;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
    maxFragments: 16,
    perMessageDeflate: false,
  });
  const viewers = new Set<Viewer>();
  let isClosed = false;

  /** One that does not read gives way, or else the one that came first: nobody can hold all places. */
  const makeRoom = (): void => {
    if (viewers.size < MAX_VIEWERS) return;
    const [first] = [...viewers].toSorted((a, b) => Number(b.isBehind) - Number(a.isBehind));
    if (first === undefined) return;
    viewers.delete(first);
    void first.end(1013, 'others wait');
  };
  const events: ViewerEvents = {
    message: options.message,
    caughtUp: options.caughtUp,
    left: (viewer) => {
      viewers.delete(viewer);
      options.left(viewer);
    },
  };

  return {
    upgrade: (request, socket, head) => {
      if (isClosed) {
        refuseUpgrade(socket, { status: 503, error: 'the inspection ended' });
        return;
      }
      makeRoom();
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const viewer = new Viewer(webSocket, events, new Allowance(ALLOWED_MESSAGES, now()), now);
        viewers.add(viewer);
        options.joined(viewer);
      });
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...viewers].map((viewer) => viewer.end(1001, 'the inspection ended')));
    },
  };
}
