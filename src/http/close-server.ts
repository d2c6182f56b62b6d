import type { Server } from 'node:http';

/** Ends all connections; what is under way is broken off. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
