import { once } from 'node:events';
import { type IncomingMessage, request as startRequest } from 'node:http';
import { connect } from 'node:net';
import { readBody } from '../http/read-body.ts';
import type { SyncWorkerState } from '../policy/sync-worker-state.ts';
import { fromWire } from '../policy/sync-worker-state-wire.ts';
import { messageOf } from '../policy/thrown.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import { type Control, ControlError } from './control.ts';
import { readKeptMessages } from './kept-messages.ts';
import { readPeers, readStatus, readWhy } from './read-status.ts';
import { openSocketPath, type SocketPath } from './socket-path.ts';

/** Milliseconds a worker has to answer. It answers from memory. */
const ANSWER_TIMEOUT = 10_000;
/** Enough for ten thousand peers and their errors. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Reaches the running worker of a data folder through its socket. Each call opens and closes a connection.
 *
 * @returns undefined if no worker is running: there is no socket, or nothing listens on it
 * @throws ControlError, with the reason, if the socket cannot be used
 */
export async function connectControl(folder: string): Promise<Control | undefined> {
  if (!(await listens(folder))) return undefined;
  const ask = <T>(exchange: Exchange, read: (value: unknown) => T): Promise<T> =>
    withSocket(folder, ({ name }) => askAt(name, exchange, read));
  return {
    status: () => ask({ method: 'GET', route: '/status' }, readStatus),
    why: () => ask({ method: 'GET', route: '/why' }, readWhy),
    recording: () =>
      withSocket(folder, async ({ name }) => {
        const { status, text } = await exchange(name, { method: 'GET', route: '/recording' });
        if (status !== 200) throw refusal(status, text);
        return text;
      }),
    messages: (request) => ask({ method: 'POST', route: '/messages', body: request }, readKeptMessages),
    requestSync: ({ force }) => ask({ method: 'POST', route: '/sync', body: { force } }, readWhy),
    syncNow: ({ force }) =>
      ask({ method: 'POST', route: '/sync', body: { force, wait: true }, isPatient: true }, readState),
    changePeers: (change) => ask({ method: 'POST', route: '/peers', body: change }, readPeers),
  };
}

function readState(value: unknown): SyncWorkerState {
  if (!isRecord(value)) throw new TypeError(`the state is ${describe(value)}; allowed is an object`);
  return fromWire(value);
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
    // The folder does not exist.
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
    ? 'can be used only by the user whose worker is running there; run this command as that user'
    : `cannot be used: ${error.message}`;
  return new ControlError('unusable', `${path} ${reason}`, error);
}

interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly route: string;
  readonly body?: unknown;
  /** Whether the answer may take as long as a run. */
  readonly isPatient?: boolean;
}

async function askAt<T>(socketPath: string, asked: Exchange, read: (value: unknown) => T): Promise<T> {
  const { status, text } = await exchange(socketPath, asked);
  if (status !== 200) throw refusal(status, text);
  try {
    return read(JSON.parse(text));
  } catch (cause) {
    const next = 'it may be another version: stop it, and start it with this one';
    throw new ControlError(
      'failed',
      `The worker gave an answer that this client does not understand; ${next}`,
      cause,
    );
  }
}

function refusal(status: number, text: string): ControlError {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // An error of Node's HTTP parser has no JSON.
  }
  const error = isRecord(value) && typeof value['error'] === 'string' ? value['error'] : `HTTP ${status}`;
  return new ControlError(status === 400 ? 'refused' : 'failed', error);
}

async function exchange(
  socketPath: string,
  { method, route, body, isPatient = false }: Exchange,
): Promise<{ readonly status: number; readonly text: string }> {
  const late = isPatient ? new AbortController().signal : AbortSignal.timeout(ANSWER_TIMEOUT);
  const headers = { accept: 'application/json', host: 'localhost' };
  // Without an agent, the connection closes with the answer.
  const request = startRequest({ socketPath, agent: false, method, path: route, headers, signal: late });
  try {
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [answer] = await answered;
    const bytes = await readBody(answer, MAX_ANSWER_BYTES);
    if (bytes === undefined) throw new Error(`more than ${MAX_ANSWER_BYTES} bytes`);
    return { status: answer.statusCode ?? 0, text: bytes.toString('utf8') };
  } catch (cause) {
    const reason = late.aborted ? `none within ${ANSWER_TIMEOUT} ms` : messageOf(cause);
    const next = 'check what it is doing, and try again';
    throw new ControlError('failed', `The worker gave no answer (${reason}); ${next}`, cause);
  } finally {
    // Errors from here on are of no interest.
    request.on('error', () => undefined).destroy();
  }
}
