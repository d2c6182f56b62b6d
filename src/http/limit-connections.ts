import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server. */
export interface ConnectionLimit {
  /** It became a WebSocket, and gives way to nobody. */
  keep(socket: Socket): void;
  close(): void;
}

type Use = { readonly request: IncomingMessage; readonly response: ServerResponse } | 'waiting' | 'kept';

/** Who gives way, first to last; of several the one that has been so for longest. */
const giveWay: readonly ((use: Use) => boolean)[] = [
  (use) => use === 'waiting',
  // It has not sent its whole request.
  (use) => typeof use === 'object' && !use.request.complete,
  // It does not read its answer.
  (use) => typeof use === 'object' && use.response.writableEnded,
];

/**
 * No caller can hold all places of a server: where they are taken, a connection that does nothing, sends nothing or reads nothing
 * gives way to a new one.
 */
export function limitConnections(server: Server, maxConnections: number): ConnectionLimit {
  /** In the order in which they began what they do. */
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
        giveWay.reduce<Socket | undefined>((found, kind) => found ?? oldest(kind), undefined) ?? socket;
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
