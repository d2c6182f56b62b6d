import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { serveRoutes } from '../http/http-routes.ts';
import { createHttpServer } from '../http/http-server.ts';
import type { ShownChain } from '../operations/worker-status.ts';
import { messageOf } from '../policy/thrown.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { ControlError } from './control.ts';
import { controlRoutes } from './control-routes.ts';
import type { KeptMessages } from './kept-messages.ts';
import { controlSocketPath, openSocketPath } from './socket-path.ts';

/** Options of `serveControl()`. */
export interface ControlServerOptions {
  /** The data folder. The caller must hold its lock: a socket found there is taken for that of a killed worker. */
  readonly folder: string;
  readonly worker: SyncWorker;
  /** Shown in the status. @default none */
  readonly chain?: ShownChain | undefined;
  /** Called when the socket was removed and has been created again, or cannot be. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** Calls `check` repeatedly until the returned function is called. @default once a second */
  readonly repeat?: ((check: () => void) => () => void) | undefined;
  /** Returns the text of the recording. @default none is kept */
  readonly recording?: (() => string) | undefined;
  /** Where the messages of the chain are kept. @default they are not */
  readonly messages?: KeptMessages | undefined;
}

/** The control socket of a worker. */
export interface ControlServer {
  /** The path of the socket. */
  readonly path: string;
  /** Ends all connections and removes the socket. Must be called before the worker stops and releases the folder. */
  close(): Promise<void>;
}

/** A listening socket. */
interface Listening {
  /** Whether its path still leads to this socket. */
  isThere(): boolean;
  close(): Promise<void>;
}

/**
 * Serves a worker on a Unix socket in its data folder, for the current user only: `GET /status`; `GET /why` (in sentences, or as
 * JSON if accepted); `POST /sync` with `{"force": …}`, which with `"wait": true` answers when the run has ended; `POST /peers`
 * with a `PeerChange`; `POST /messages` with a `MessageRequest`.
 *
 * When a change is answered, it is in force and the storage has received it. It is on disk a moment later; a failed save is
 * emitted as `storage.failed` and retried by the next one. If something removes the socket, it is created again within about a
 * second.
 *
 * @throws ControlError, saying what to do, if the socket cannot be created
 */
export async function serveControl(options: ControlServerOptions): Promise<ControlServer> {
  const {
    folder,
    worker,
    chain,
    recording,
    messages,
    onNotice = () => undefined,
    repeat = everySecond,
  } = options;
  const routes = controlRoutes(worker, { chain, recording, messages });
  const listen = async (): Promise<Listening> => {
    const { path, name, release } = openSocketPath(folder);
    const http = createHttpServer();
    serveRoutes(http.server, routes);
    const close = async (): Promise<void> => {
      if (http.server.listening) await http.close();
      release();
    };
    try {
      removeLeftSocket(path, name);
      await listenPrivately(() => http.listenAt(name), name);
      const made = lstatSync(name).ino;
      return { isThere: () => lstatSync(path, { throwIfNoEntry: false })?.ino === made, close };
    } catch (error) {
      await close();
      if (error instanceof ControlError) throw error;
      throw new ControlError(
        'unusable',
        `The control socket could not be created: ${messageOf(error)}`,
        error,
      );
    }
  };

  let listening: Listening | undefined = await listen();
  let isMissing = false;
  let pending: Promise<void> | undefined;
  const recreate = async (): Promise<void> => {
    // Close first: closing removes whatever is at the path.
    await listening?.close();
    listening = undefined;
    try {
      listening = await listen();
      isMissing = false;
      onNotice('the control socket was removed; it has been created again');
    } catch (error) {
      if (!isMissing) onNotice(`the control socket was removed; ${messageOf(error)}`);
      isMissing = true;
    }
  };
  const end = repeat(() => {
    if (pending !== undefined || listening?.isThere() === true) return;
    pending = recreate().finally(() => {
      pending = undefined;
    });
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    end();
    await pending;
    await listening?.close();
  };
  return {
    path: controlSocketPath(folder),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function everySecond(check: () => void): () => void {
  const timer = setInterval(check, 1000).unref();
  return () => clearInterval(timer);
}

function removeLeftSocket(path: string, name: string): void {
  const found = lstatSync(name, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new ControlError('unusable', `${path} exists and is not a socket; move it away, then start again`);
  }
  rmSync(name, { force: true });
}

/** Listens so that no other user can connect, not even in the moment between creating the socket and a chmod. */
async function listenPrivately(listen: () => Promise<void>, name: string): Promise<void> {
  const mask = process.umask(0o177);
  let listening: Promise<void>;
  try {
    listening = listen();
  } finally {
    process.umask(mask);
  }
  await listening;
  // If the folder has a default access control list, the umask is ignored.
  chmodSync(name, 0o600);
}
