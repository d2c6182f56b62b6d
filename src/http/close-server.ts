import type { Server } from 'node:http';

/** Ends all connections; requests under way are aborted. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
