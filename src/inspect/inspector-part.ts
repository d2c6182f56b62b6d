import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** One way to watch workers, served below a path of its own by the one server. It is asked only what passed the guard. */
export interface InspectorPart {
  /** Such as `/stately`; the part is asked for this path and all below it. */
  readonly path: string;
  /** The foreign origins whose pages may open its WebSocket, such as `https://stately.ai`; its own page may always. */
  readonly origins: readonly string[];
  /**
   * What a user opens to see it.
   *
   * @param server the origin of our own server, such as `http://127.0.0.1:8080`
   */
  viewUrl(server: string): string;
  /** HTTP below its path, from our own origin or from none. */
  request(request: IncomingMessage, response: ServerResponse): void;
  /**
   * A WebSocket is asked for below its path. The socket is the part's own from here on, with no timeout set; what it
   * leaves open is destroyed when the server closes. Undefined: it has no WebSocket.
   */
  readonly upgrade?: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  add(name: string, worker: SyncWorker): void;
  remove(name: string): void;
  /** Lets go of all workers and viewers. */
  close(): Promise<void>;
}
