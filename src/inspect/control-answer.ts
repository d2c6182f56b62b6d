import type { SyncWorker } from '../worker/sync-worker.ts';
import { type Answer, json } from './answer.ts';
import { readControlRequest } from './control-request.ts';
import type { FaultSource } from './inspection.ts';
import type { InspectorRequest } from './inspector-view.ts';

/** What a viewer may act on. */
export interface Controlled {
  worker(name: string): SyncWorker | undefined;
  readonly faults: FaultSource | undefined;
}

/** Does what a viewer asked for: no more than the worker's public interface allows. */
export function controlAnswer(body: string, controlled: Controlled): Answer {
  try {
    const request = readControlRequest(body);
    const worker = controlled.worker(request.worker);
    if (worker === undefined) return json(404, { error: 'no worker has this name' });
    return request.kind === 'sync' ? sync(worker, request.force) : fault(request, controlled.faults);
  } catch (error) {
    return json(400, { error: messageOf(error) });
  }
}

function sync(worker: SyncWorker, force: boolean): Answer {
  try {
    return json(200, worker.requestSync({ force }));
  } catch (error) {
    return json(409, { error: messageOf(error) });
  }
}

function fault(
  { worker, peer, fault: wanted }: Extract<InspectorRequest, { kind: 'fault' }>,
  faults: FaultSource | undefined,
): Answer {
  const found = faults?.switches(worker).find((one) => one.peer === peer);
  if (faults === undefined || found === undefined) {
    return json(404, { error: 'no peer of this name can be told to misbehave' });
  }
  if (!found.faults.includes(wanted)) {
    return json(400, { error: `allowed faults are ${found.faults.join(', ')}` });
  }
  faults.set(peer, wanted, worker);
  return json(200, faults.switches(worker));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
