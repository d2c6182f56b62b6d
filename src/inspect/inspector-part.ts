import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpAnswer } from '../http/http-answer.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** One way to watch workers, served below a path of its own by the one server. It is asked only what passed the guard. */
export interface InspectorPart {
  /** Such as `/stately`. */
  readonly path: string;
  /** The foreign origins whose pages may open its WebSocket, such as `https://stately.ai`; its own page may always. */
  readonly origins: readonly string[];
  /**
   * What a user opens to see it.
   *
   * @param server the origin of our own server, such as `http://127.0.0.1:8080`
   */
  viewUrl(server: string): string;
  /** What its path answers, to our own origin or to none. @param host the server, as the browser asked for it */
  page(host: string): HttpAnswer;
  /**
   * A WebSocket is asked for at its path, or below it. The socket is the part's own from here on, with no timeout set; what it
   * leaves open is destroyed when the server closes. Undefined: it has no WebSocket.
   */
  readonly upgrade?: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  add(name: string, worker: SyncWorker): void;
  remove(name: string): void;
  /** Lets go of all workers and viewers. */
  close(): Promise<void>;
}
