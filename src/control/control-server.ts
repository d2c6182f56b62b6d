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

/** What is reached through the socket, and where that lies. */
export interface ControlServerOptions {
  /** The data folder. Its lock must be held: a socket found there counts as left by a worker that was killed. */
  readonly folder: string;
  readonly worker: SyncWorker;
  /** Shown in the status. @default none */
  readonly chain?: ShownChain | undefined;
  /** Called when the socket was taken away and is there again, or cannot be made again. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** Calls back now and then, until what it returned is called. @default once a second */
  readonly repeat?: ((check: () => void) => () => void) | undefined;
  /** The recording as a file. @default none is kept */
  readonly recording?: (() => string) | undefined;
  /** Where the messages of the chain are kept. @default they are not */
  readonly messages?: KeptMessages | undefined;
}

/** A worker that can be reached. */
export interface ControlServer {
  /** The path of the socket. */
  readonly path: string;
  /** Ends all connections and removes the socket. To be called before the worker stops and gives up the folder. */
  close(): Promise<void>;
}

/** A socket that is listened on. */
interface Listening {
  /** Whether what lies at its path is still this socket. */
  isThere(): boolean;
  close(): Promise<void>;
}

/**
 * Lets a worker be reached through a Unix socket in its data folder, by this user alone: `GET /status`, `GET /why` (in
 * sentences, or as JSON where that is accepted), `POST /sync` with `{"force": …}`, and with `"wait": true` answered once the run has ended,
 * `POST /peers` with a `PeerChange`, `POST /messages` with a `MessageRequest`.
 *
 * A change is in force, and the storage has been given it, when it is answered. It is on disk a moment later; a save
 * that fails is emitted as `storage.failed`, and retried by the next one. A socket that something removes is made again
 * within a second or so.
 *
 * @throws ControlError where the socket cannot be, saying what to do
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
      throw new ControlError('unusable', `The control socket could not be made: ${messageOf(error)}`, error);
    }
  };

  let listening: Listening | undefined = await listen();
  let isMissing = false;
  let pending: Promise<void> | undefined;
  const makeAgain = async (): Promise<void> => {
    // Closed first: closing removes what lies at the path.
    await listening?.close();
    listening = undefined;
    try {
      listening = await listen();
      isMissing = false;
      onNotice('the control socket was taken away; it is there again');
    } catch (error) {
      if (!isMissing) onNotice(`the control socket was taken away; ${messageOf(error)}`);
      isMissing = true;
    }
  };
  const end = repeat(() => {
    if (pending !== undefined || listening?.isThere() === true) return;
    pending = makeAgain().finally(() => {
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
    throw new ControlError('unusable', `${path} is there and is no socket; move it away, then start again`);
  }
  rmSync(name, { force: true });
}

/** Nobody else may connect, not even in the moment between the making of the socket and a chmod. */
async function listenPrivately(listen: () => Promise<void>, name: string): Promise<void> {
  const mask = process.umask(0o177);
  let listening: Promise<void>;
  try {
    listening = listen();
  } finally {
    process.umask(mask);
  }
  await listening;
  // A folder may have an access list of its own, and then the mask is not asked.
  chmodSync(name, 0o600);
}
