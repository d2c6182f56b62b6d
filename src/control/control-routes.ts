import type { IncomingMessage } from 'node:http';
import { formatWhy } from '../explain/format-why.ts';
import { type HttpAnswer, jsonAnswer, problem, textAnswer } from '../http/http-answer.ts';
import type { HttpRoutes } from '../http/http-routes.ts';
import { readJsonBody } from '../http/read-body.ts';
import { statusOf } from '../operations/worker-status.ts';
import { peerToWire } from '../policy/peer-wire.ts';
import { toWire } from '../policy/sync-worker-state-wire.ts';
import { messageOf } from '../policy/thrown.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { changePeers } from './change-peers.ts';
import { ControlError, type PeerChange } from './control.ts';
import type { ControlServerOptions } from './control-server.ts';
import { findMessages, readMessageRequest } from './kept-messages.ts';
import { readPeerChange } from './read-peer-change.ts';

const MAX_BODY_BYTES = 64 * 1024;

/** The routes of a worker's control socket. */
export function controlRoutes(
  worker: SyncWorker,
  { chain, recording, messages }: Pick<ControlServerOptions, 'chain' | 'recording' | 'messages'>,
): HttpRoutes {
  return {
    '/status': { GET: () => jsonAnswer(200, statusOf(worker, chain)) },
    '/why': {
      GET: (request) =>
        wantsJson(request) ? jsonAnswer(200, worker.why()) : textAnswer(formatWhy(worker.why())),
    },
    '/recording': {
      GET: () =>
        recording === undefined
          ? problem(404, 'The worker keeps no recording; start it with --record')
          : { status: 200, type: 'application/x-ndjson', body: recording() },
    },
    '/messages': {
      POST: (request) =>
        messages === undefined
          ? problem(404, 'The worker keeps no messages; start it with --hydrate')
          : answered(request, async (body) => {
              const found = await findMessages(messages, readMessageRequest(body));
              // Whole, as they came: what is made safe to show is not what was sealed.
              return { status: 200, type: 'application/json', body: JSON.stringify(found) };
            }),
    },
    '/sync': {
      POST: (request) =>
        asked(request, async (body) => {
          const { force, wait } = readSyncRequest(body);
          if (!wait) return worker.requestSync({ force });
          return toWire(await worker.syncNow({ force, signal: whileConnected(request) }));
        }),
    },
    '/peers': {
      POST: (request) =>
        asked(request, (body) => {
          changeWorker(worker, readPeerChange(body));
          return worker.peers.map(peerToWire);
        }),
    },
  };
}

/** Reads and sets the list in one turn of the event loop, so that no result of an attempt comes between and is lost. */
function changeWorker(worker: SyncWorker, change: PeerChange): void {
  const next = changePeers(worker.peers, change, worker.why().at);
  // Setting a list never removes a Retry-After; only `resetPeer` can.
  if (change.kind === 'reset') worker.resetPeer(change.peerUrl, { force: change.force });
  else worker.setPeers(next);
}

function asked(request: IncomingMessage, act: (body: unknown) => unknown): Promise<HttpAnswer> {
  return answered(request, async (body) => jsonAnswer(200, await act(body)));
}

async function answered(
  request: IncomingMessage,
  act: (body: unknown) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const body = await readJsonBody(request, MAX_BODY_BYTES);
  if ('refusal' in body) return body.refusal;
  try {
    return await act(body.value);
  } catch (error) {
    const message = messageOf(error);
    return problem(error instanceof ControlError || error instanceof TypeError ? 400 : 500, message);
  }
}

function readSyncRequest(body: unknown): { readonly force: boolean; readonly wait: boolean } {
  const fields: Readonly<Record<string, unknown>> =
    isRecord(body) || body === undefined ? { ...body } : { body };
  const { force = false, wait = false, ...others } = fields;
  if (Object.keys(others).length === 0 && typeof force === 'boolean' && typeof wait === 'boolean') {
    return { force, wait };
  }
  throw new ControlError(
    'refused',
    `The request is ${describe(body)}; allowed is {"force": true or false, "wait": true or false}`,
  );
}

/** Aborts when the caller disconnects. Until then its connection may be idle for as long as a run takes. */
function whileConnected({ socket }: IncomingMessage): AbortSignal {
  const gone = new AbortController();
  socket.setTimeout(0);
  socket.once('close', () => gone.abort(new Error('The caller is gone')));
  return gone.signal;
}

function wantsJson({ headers }: IncomingMessage): boolean {
  return /\bapplication\/json\b/i.test(headers.accept ?? '');
}
