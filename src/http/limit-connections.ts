import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server. */
export interface ConnectionLimit {
  /** Keeps a connection that became a WebSocket: it is never closed for a new one. */
  keep(socket: Socket): void;
  close(): void;
}

type Use = { readonly request: IncomingMessage; readonly response: ServerResponse } | 'waiting' | 'kept';

/** Which connections to close first; of several of one kind, the one that has been so for longest. */
const victimKinds: readonly ((use: Use) => boolean)[] = [
  (use) => use === 'waiting',
  // It has not sent its whole request.
  (use) => typeof use === 'object' && !use.request.complete,
  // It does not read its answer.
  (use) => typeof use === 'object' && use.response.writableEnded,
];

/**
 * Prevents a caller from occupying all connections of a server: if there are too many, one that is idle, sends nothing or reads
 * nothing is closed for a new one.
 */
export function limitConnections(server: Server, maxConnections: number): ConnectionLimit {
  /** Ordered by how long each has been in its current use, longest first. */
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
        victimKinds.reduce<Socket | undefined>((found, kind) => found ?? oldest(kind), undefined) ?? socket;
      connections.delete(victim);
      victim.destroy();
    }
    set(socket, 'waiting');
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', (request, response) => {
    set(request.socket, { request, response });
    response.once('close', () => set(request.socket, 'waiting'));
  });
  return {
    keep: (socket) => set(socket, 'kept'),
    close: () => {
      for (const socket of connections.keys()) socket.destroy();
    },
  };
}
