import { connect } from 'node:net';
import { Client } from 'undici';
import { messageOf } from '../policy/thrown.ts';
import { isRecord } from '../policy/wire-fields.ts';
import type { Control } from './control.ts';
import { ControlError } from './control-error.ts';
import { readPeers, readStatus, readWhy } from './read-status.ts';
import { openSocketPath, type SocketPath } from './socket-path.ts';

/** Milliseconds a worker has to answer; it answers out of its memory. */
const ANSWER_TIMEOUT = 10_000;
/** Ten thousand peers, and their errors, fit in. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Reaches the running worker of a data folder through its socket. It keeps no connection open.
 *
 * @returns undefined where no worker runs: there is no socket, or nobody listens behind it
 * @throws ControlError if the socket may not be used, saying why
 */
export async function connectControl(folder: string): Promise<Control | undefined> {
  if (!(await listens(folder))) return undefined;
  const ask = <T>(exchange: Exchange, read: (value: unknown) => T): Promise<T> =>
    withSocket(folder, ({ name }) => askAt(name, exchange, read));
  return {
    status: () => ask({ method: 'GET', route: '/status' }, readStatus),
    why: () => ask({ method: 'GET', route: '/why' }, readWhy),
    requestSync: ({ force }) => ask({ method: 'POST', route: '/sync', body: { force } }, readWhy),
    changePeers: (change) => ask({ method: 'POST', route: '/peers', body: change }, readPeers),
  };
}

async function withSocket<T>(folder: string, act: (socket: SocketPath) => Promise<T>): Promise<T> {
  const socket = openSocketPath(folder);
  try {
    return await act(socket);
  } finally {
    socket.release();
  }
}

async function listens(folder: string): Promise<boolean> {
  try {
    return await withSocket(folder, connects);
  } catch (error) {
    // There is no such folder.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

function connects({ path, name }: SocketPath): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(name);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(false);
      else reject(unusable(path, error));
    });
  });
}

function unusable(path: string, error: NodeJS.ErrnoException): ControlError {
  const denied = error.code === 'EACCES' || error.code === 'EPERM';
  const reason = denied
    ? 'may be used only by the user whose worker runs there; run this as that user'
    : `cannot be used: ${error.message}`;
  return new ControlError('unusable', `${path} ${reason}`, error);
}

interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly route: string;
  readonly body?: unknown;
}

async function askAt<T>(socketPath: string, asked: Exchange, read: (value: unknown) => T): Promise<T> {
  const { status, text } = await exchange(socketPath, asked);
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (status === 200) return read(value);
  } catch (cause) {
    const next = 'it may be of another version: stop it, and start it with this one';
    throw new ControlError('failed', `The worker gave an answer that is not understood; ${next}`, cause);
  }
  const error = isRecord(value) && typeof value['error'] === 'string' ? value['error'] : `HTTP ${status}`;
  throw new ControlError(status === 400 ? 'refused' : 'failed', error);
}

async function exchange(
  socketPath: string,
  { method, route, body }: Exchange,
): Promise<{ readonly status: number; readonly text: string }> {
  const client = new Client('http://localhost', {
    connect: { socketPath, timeout: ANSWER_TIMEOUT },
    headersTimeout: ANSWER_TIMEOUT,
    bodyTimeout: ANSWER_TIMEOUT,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  try {
    const answer = await client.request({
      method,
      path: route,
      headers: { accept: 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (cause) {
    const reason = messageOf(cause);
    const next = 'look at what it does, and ask again';
    throw new ControlError('failed', `The worker gave no answer (${reason}); ${next}`, cause);
  } finally {
    await client.destroy();
  }
}
