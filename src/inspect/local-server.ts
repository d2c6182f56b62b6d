import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe } from '../policy/wire-fields.ts';

const HOST = '127.0.0.1';
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 100;
/** Milliseconds for a caller to send its whole request. */
const REQUEST_MS = 10_000;
/** Milliseconds in which nothing moves on a connection, though a feed sends something every 10 s. */
const SILENCE_MS = 30_000;

/** An HTTP server for this machine alone. */
export interface LocalServer {
  readonly server: Server;
  readonly port: number;
  /** Ends all connections, also those that became WebSockets. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1, with limits on what one connection, or all of them, can hold.
 *
 * @throws RangeError for what is no port; Error for one that cannot be had, saying what to do
 */
export async function openLocalServer(port: number): Promise<LocalServer> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(
      `port is ${describe(port)}; allowed is a whole number from 0 to 65535, 0 for a free one`,
    );
  }
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(SILENCE_MS);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server, port);
  return {
    server,
    port: portOf(server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => {
      const why = reasons[cause.code ?? ''] ?? `cannot be listened on (${cause.message})`;
      const message = `Port ${port} of ${HOST} ${why}; choose another port, or 0 for a free one`;
      reject(new Error(message, { cause }));
    };
    server.once('error', failed);
    server.listen(port, HOST, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'is not allowed to this user',
};

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server got no port');
  return address.port;
}
