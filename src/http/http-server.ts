import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { ListenOptions } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe } from '../policy/wire-fields.ts';
import { limitConnections } from './limit-connections.ts';

/** Limits of a server's connections. */
export interface HttpServerLimits {
  /** @default 64 */
  readonly maxConnections?: number;
  /** Milliseconds for a caller to send its whole request. @default 10,000 */
  readonly requestTimeoutMs?: number;
  /** Milliseconds after which an idle connection is closed. @default twice `requestTimeoutMs` */
  readonly idleTimeoutMs?: number;
}

/** An HTTP server with limits. */
export interface HttpServer {
  readonly server: Server;
  onUpgrade(listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void;
  /**
   * @returns the origin, such as `http://127.0.0.1:9464`
   * @throws RangeError for an invalid port; Error, saying what to do, if it cannot listen on the port
   */
  listen(port: number, host: string): Promise<string>;
  /** Listens on a Unix socket. @throws the error of Node */
  listenAt(path: string): Promise<void>;
  /** Ends all connections, including WebSockets; requests under way are aborted. */
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 16 * 1024;

export function createHttpServer(limits: HttpServerLimits = {}): HttpServer {
  const { maxConnections = 64, requestTimeoutMs = 10_000, idleTimeoutMs = 2 * requestTimeoutMs } = limits;
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: Math.min(requestTimeoutMs, 1_000),
  });
  // Also closes the connection of a caller that does not read its answer.
  server.setTimeout(idleTimeoutMs);
  const connections = limitConnections(server, maxConnections);
  const listen = (options: ListenOptions): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      // Exclusive: in a process of a Node cluster, listen here and now instead of in the primary process.
      server.listen({ ...options, exclusive: true }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  return {
    server,
    onUpgrade: (listener) => {
      server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        connections.keep(request.socket);
        listener(request, socket, head);
      });
    },
    listen: async (port, host) => {
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        throw new RangeError(`port is ${describe(port)}; allowed is a whole number from 0 to 65535`);
      }
      await listen({ port, host }).catch((error: NodeJS.ErrnoException) => {
        throw portError(error, port, host);
      });
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('The server got no port');
      return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
    },
    listenAt: (path) => listen({ path }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        connections.close();
      }),
  };
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'may not be used by this user',
};

function portError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const reason = reasons[error.code ?? ''] ?? `cannot be listened on (${error.message})`;
  return new Error(`Port ${port} of ${host} ${reason}; choose another port, or 0 for a free one`, {
    cause: error,
  });
}
