import { type HttpAnswer, jsonAnswer } from '../http/http-answer.ts';
import { describe, isRecord } from '../policy/wire-fields.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import type { FaultSource } from './inspection.ts';
import type { InspectorRequest } from './inspector-view.ts';

/** What a viewer may act on. */
export interface Controlled {
  worker(name: string): SyncWorker | undefined;
  readonly faults: FaultSource | undefined;
}

/** Does what a viewer asked for: no more than the worker's public interface allows. */
export function controlAnswer(body: string, { worker, faults }: Controlled): HttpAnswer {
  try {
    const request = readControlRequest(body);
    const asked = worker(request.worker);
    if (asked === undefined) return jsonAnswer(404, { error: 'no worker has this name' });
    return request.kind === 'sync' ? sync(asked, request.force) : setFault(request, faults);
  } catch (error) {
    return jsonAnswer(400, { error: messageOf(error) });
  }
}

function sync(worker: SyncWorker, force: boolean): HttpAnswer {
  try {
    return jsonAnswer(200, worker.requestSync({ force }));
  } catch (error) {
    return jsonAnswer(409, { error: messageOf(error) });
  }
}

function setFault(
  { worker, peer, fault }: Extract<InspectorRequest, { kind: 'fault' }>,
  faults: FaultSource | undefined,
): HttpAnswer {
  const found = faults?.switches(worker).find((one) => one.peer === peer);
  if (faults === undefined || found === undefined) {
    return jsonAnswer(404, { error: 'no peer of this name can be told to misbehave' });
  }
  if (!found.faults.includes(fault)) {
    return jsonAnswer(400, { error: `allowed faults are ${found.faults.join(', ')}` });
  }
  faults.set(peer, fault, worker);
  return jsonAnswer(200, faults.switches(worker));
}

/**
 * What a viewer asks for; whatever else it sent along is left out.
 *
 * @throws TypeError naming what is wrong, and what is allowed
 */
function readControlRequest(body: string): InspectorRequest {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new TypeError('the request is no JSON', { cause });
  }
  if (!isRecord(value)) throw wrong('the request', value, 'an object');
  const request = value;
  const text = (field: string): string => {
    const given = request[field];
    if (typeof given === 'string') return given;
    throw wrong(field, given, 'a string');
  };
  const { kind, force } = request;
  const worker = text('worker');
  if (kind === 'fault') return { kind, worker, peer: text('peer'), fault: text('fault') };
  if (kind !== 'sync') throw wrong('kind', kind, "'sync' or 'fault'");
  if (typeof force !== 'boolean') throw wrong('force', force, 'true or false');
  return { kind, worker, force };
}

function wrong(what: string, value: unknown, allowed: string): TypeError {
  return new TypeError(`${what} is ${describe(value)}; allowed is ${allowed}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
