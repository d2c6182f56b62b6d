import { chmodSync, lstatSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createAnsweringServer } from '../http/answering-server.ts';
import { closeServer } from '../http/close-server.ts';
import { answerBy } from '../http/http-routes.ts';
import type { ShownChain } from '../operations/worker-status.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { ControlError } from './control-error.ts';
import { controlRoutes } from './control-routes.ts';
import { checkSocketPath, controlSocketPath } from './socket-path.ts';

/** What is reached through the socket, and where that lies. */
export interface ControlServerOptions {
  /** The data folder. Its lock must be held: a socket found there counts as left by a worker that was killed. */
  readonly folder: string;
  readonly worker: SyncWorker;
  /** Shown in the status. @default none */
  readonly chain?: ShownChain | undefined;
}

/** A worker that can be reached. */
export interface ControlServer {
  /** The path of the socket. */
  readonly path: string;
  /** Ends all connections and removes the socket. To be called before the worker stops and gives up the folder. */
  close(): Promise<void>;
}

/**
 * Lets a worker be reached through a Unix socket in its data folder, by this user alone: `GET /status`, `GET /why` (in
 * sentences, or as JSON where that is accepted), `POST /sync` with `{"force": …}`, `POST /peers` with a `PeerChange`.
 *
 * A change is in force, and the storage has been given it, when it is answered. It is on disk a moment later; a save
 * that fails is told as `storage.failed`, and made good by the next one.
 *
 * @throws ControlError where the socket cannot be, saying what to do
 */
export async function serveControl({ folder, worker, chain }: ControlServerOptions): Promise<ControlServer> {
  const path = controlSocketPath(folder);
  checkSocketPath(path);
  const routes = controlRoutes(worker, chain);
  const server = createAnsweringServer((request) => answerBy(routes, request));
  try {
    removeLeftSocket(path);
    await listenPrivately(server, path);
  } catch (error) {
    if (server.listening) await closeServer(server);
    if (error instanceof ControlError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ControlError('unusable', `The control socket could not be made: ${reason}`, error);
  }
  let closing: Promise<void> | undefined;
  return {
    path,
    close: () => {
      closing ??= closeServer(server);
      return closing;
    },
  };
}

function removeLeftSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new ControlError('unusable', `${path} is there and is no socket; move it away, then start again`);
  }
  rmSync(path, { force: true });
}

/** Nobody else may connect, not even in the moment between the making of the socket and a chmod. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const mask = process.umask(0o177);
  try {
    // Exclusive: in a process of a cluster too the socket is made here and now, and not by another process later.
    server.listen({ path, exclusive: true });
  } finally {
    process.umask(mask);
  }
  await listening;
  // A folder may have an access list of its own, and then the mask is not asked.
  chmodSync(path, 0o600);
}
