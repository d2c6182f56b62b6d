import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { Client } from 'undici';
import { isRecord } from '../policy/wire-fields.ts';
import type { Control } from './control.ts';
import { ControlError } from './control-error.ts';
import { readPeers, readStatus, readWhy } from './read-status.ts';
import { checkSocketPath, controlSocketPath, isTooLong } from './socket-path.ts';

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
  const path = controlSocketPath(folder);
  if (isTooLong(path) && !existsSync(path)) return undefined;
  checkSocketPath(path);
  if (!(await listens(path))) return undefined;
  return {
    status: () => ask(path, 'GET', '/status', undefined, readStatus),
    why: () => ask(path, 'GET', '/why', undefined, readWhy),
    requestSync: ({ force }) => ask(path, 'POST', '/sync', { force }, readWhy),
    changePeers: (change) => ask(path, 'POST', '/peers', change, readPeers),
  };
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
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

async function ask<T>(
  path: string,
  method: 'GET' | 'POST',
  route: string,
  body: unknown,
  read: (value: unknown) => T,
): Promise<T> {
  const { status, text } = await exchange(path, method, route, body);
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
  method: 'GET' | 'POST',
  route: string,
  body: unknown,
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
    const reason = cause instanceof Error ? cause.message : String(cause);
    const next = 'look at what it does, and ask again';
    throw new ControlError('failed', `The worker gave no answer (${reason}); ${next}`, cause);
  } finally {
    await client.destroy();
  }
}
