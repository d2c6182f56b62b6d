import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpAnswer } from '../http/http-answer.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';

/** A further viewer of the workers, served by the same server under its own path. It only gets requests that passed the guard. */
export interface InspectorPart {
  /** Such as `/stately`. */
  readonly path: string;
  /** Other origins whose pages may open its WebSocket, such as `https://stately.ai`; the server's own origin always may. */
  readonly origins: readonly string[];
  /**
   * The address that a user opens.
   *
   * @param server the origin of our server, such as `http://127.0.0.1:8080`
   */
  viewUrl(server: string): string;
  /** The answer at its path. @param host the Host header of the request */
  page(host: string): HttpAnswer;
  /**
   * Takes over a WebSocket request at or below its path. From then on the part owns the socket, which has no timeout; sockets
   * that it leaves open are destroyed when the server closes. Undefined if it has no WebSocket.
   */
  readonly upgrade?: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  add(name: string, worker: SyncWorker): void;
  remove(name: string): void;
  /** Releases all workers and disconnects all viewers. */
  close(): Promise<void>;
}
