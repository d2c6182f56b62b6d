import { type HttpAnswer, jsonAnswer, problem } from '../http/http-answer.ts';
import { messageOf } from '../policy/thrown.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { readControlRequest } from './control-request.ts';
import type { FaultSource } from './inspection.ts';
import type { InspectorRequest } from './inspector-view.ts';

/** What a viewer may act on. */
export interface Controlled {
  worker(name: string): SyncWorker | undefined;
  readonly faults: FaultSource | undefined;
}

/** Does what a viewer asked for: no more than the worker's public interface allows. */
export function controlAnswer(body: string, controlled: Controlled): HttpAnswer {
  try {
    const request = readControlRequest(body);
    const worker = controlled.worker(request.worker);
    if (worker === undefined) return problem(404, 'no worker has this name');
    return request.kind === 'sync' ? sync(worker, request.force) : fault(request, controlled.faults);
  } catch (error) {
    return problem(400, messageOf(error));
  }
}

function sync(worker: SyncWorker, force: boolean): HttpAnswer {
  try {
    return jsonAnswer(200, worker.requestSync({ force }));
  } catch (error) {
    return problem(409, messageOf(error));
  }
}

function fault(
  { worker, peer, fault: wanted }: Extract<InspectorRequest, { kind: 'fault' }>,
  faults: FaultSource | undefined,
): HttpAnswer {
  const found = faults?.switches(worker).find((one) => one.peer === peer);
  if (faults === undefined || found === undefined) {
    return problem(404, 'no peer of this name can be told to misbehave');
  }
  if (!found.faults.includes(wanted)) {
    return problem(400, `allowed faults are ${found.faults.join(', ')}`);
  }
  faults.set(peer, wanted, worker);
  return jsonAnswer(200, faults.switches(worker));
}
