import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { ListenOptions, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe } from '../policy/wire-fields.ts';

/** What one connection, or all of them together, can hold. */
export interface HttpServerLimits {
  /** @default 64 */
  readonly maxConnections?: number;
  /** Milliseconds for a caller to send its whole request. @default 10,000 */
  readonly requestTimeoutMs?: number;
  /** Milliseconds in which nothing moves on a connection. @default twice the time for a request */
  readonly idleTimeoutMs?: number;
}

/** An HTTP server with limits. */
export interface HttpServer {
  readonly server: Server;
  onUpgrade(listener: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void;
  /** @returns such as `http://127.0.0.1:9464`. @throws RangeError for what is no port; Error where it cannot be had, saying what to do */
  listen(port: number, host: string): Promise<string>;
  /** Listens on a Unix socket. @throws what Node says */
  listenAt(path: string): Promise<void>;
  /** Ends all connections, also those that became WebSockets; what is under way is broken off. */
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
  // A caller that does not read its answer is let go as well.
  server.setTimeout(idleTimeoutMs);
  const connections = limitConnections(server, maxConnections);
  const listen = (options: ListenOptions): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      // Exclusive: in a process of a cluster too the server is made here and now, and not by another process later.
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

type Use = IncomingMessage | 'waiting' | 'kept';

interface ConnectionLimit {
  /** It became a WebSocket, and gives way to nobody. */
  keep(socket: Socket): void;
  close(): void;
}

/**
 * No caller can hold all places: where they are taken, a connection that waits without a request gives way to a new one, then
 * one that has not sent its whole request; the longest first.
 */
function limitConnections(server: Server, maxConnections: number): ConnectionLimit {
  /** Each with its request under way, in the order in which they began to wait or to ask. */
  const connections = new Map<Socket, Use>();
  const oldest = (isVictim: (use: Use) => boolean): Socket | undefined =>
    [...connections].find(([, use]) => isVictim(use))?.[0];
  const set = (socket: Socket, use: Use): void => {
    connections.delete(socket);
    if (!socket.destroyed) connections.set(socket, use);
  };
  server.on('connection', (socket: Socket) => {
    if (connections.size >= maxConnections) {
      const victim =
        oldest((use) => use === 'waiting') ??
        oldest((use) => typeof use === 'object' && !use.complete) ??
        socket;
      connections.delete(victim);
      victim.destroy();
    }
    set(socket, 'waiting');
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', (request, response) => {
    set(request.socket, request);
    response.once('close', () => set(request.socket, 'waiting'));
  });
  return {
    keep: (socket) => set(socket, 'kept'),
    close: () => {
      for (const socket of connections.keys()) socket.destroy();
    },
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
