import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { systemNow } from '../../clock/system-ports.ts';
import { refuseUpgrade } from '../../http/guard.ts';
import { Allowance } from './allowance.ts';
import { Viewer, type ViewerEvents } from './viewer.ts';

/** Callbacks for the viewers of a part. */
export interface ViewersOptions extends ViewerEvents {
  joined(viewer: Viewer): void;
  /** Seconds. @default the system's clock */
  readonly now?: (() => number) | undefined;
}

/** The viewers of one part. */
export interface Viewers {
  /** Accepts a WebSocket. The Origin and the Host of the request must have been checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

const MAX_VIEWERS = 16;
/** A viewer's largest message is one event. */
const MAX_MESSAGE_BYTES = 16 * 1024;
const ALLOWED_MESSAGES = { burst: 50, perSecond: 10 };

/** Accepts a limited number of viewers by WebSocket. None of them can slow or stop the process. */
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

  /** Disconnects a viewer that does not read, or else the oldest, so that nobody can occupy all places. */
  const makeRoom = (): void => {
    if (viewers.size < MAX_VIEWERS) return;
    const [first] = [...viewers].toSorted((a, b) => Number(b.isBehind) - Number(a.isBehind));
    if (first === undefined) return;
    viewers.delete(first);
    void first.end(1013, 'too many viewers');
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
