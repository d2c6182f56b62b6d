import { type HttpAnswer, jsonAnswer, problem } from '../http/http-answer.ts';
import { messageOf } from '../policy/thrown.ts';
import { flag, oneOf, ownFields, readFields, text } from '../policy/wire-fields.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import type { FaultSource } from './inspection.ts';
import type { InspectorRequest } from './inspector-view.ts';

/** What a viewer may control. */
export interface Controlled {
  worker(name: string): SyncWorker | undefined;
  readonly faults: FaultSource | undefined;
}

const requestFields = ownFields<Required<InspectorRequest>>(
  { kind: oneOf(['sync', 'fault']), worker: text, force: flag, peer: text, fault: text },
  { kind: 'sync', worker: '', force: false, peer: '', fault: '' },
);

/** Carries out a viewer's request, through the worker's public interface. */
export function controlAnswer(asked: unknown, { worker: find, faults }: Controlled): HttpAnswer {
  let request: Required<InspectorRequest>;
  try {
    request = readFields(requestFields, asked, 'the request');
  } catch (error) {
    return problem(400, messageOf(error));
  }
  const { kind, worker: name, force, peer, fault } = request;
  const worker = find(name);
  if (worker === undefined) return problem(404, 'no worker has this name');
  try {
    if (kind === 'sync') return jsonAnswer(200, worker.requestSync({ force }));
  } catch (error) {
    return problem(409, messageOf(error));
  }
  const found = faults?.switches(name).find((one) => one.peer === peer);
  if (faults === undefined || found === undefined) {
    return problem(404, 'no peer with this name can simulate faults');
  }
  if (!found.faults.includes(fault)) return problem(400, `allowed faults are ${found.faults.join(', ')}`);
  faults.set(peer, fault, name);
  return jsonAnswer(200, faults.switches(name));
}
