import { expect, test } from 'vitest';
import type { FaultSource, Inspection } from '../../src/inspect/index.ts';
import { BEGIN } from '../support/embedded-worker.ts';
import { PEER, useInspections } from './inspection-world.ts';

const { embedded, inspected, watched } = useInspections();

async function post(
  { url }: Inspection,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const sync = { kind: 'sync', worker: 'worker', force: false };

test('without control a viewer is read-only', async () => {
  const { worker, pass } = embedded();
  const inspection = await inspected(worker);
  await worker.start();
  await pass(1);
  const answer = await post(inspection, sync);
  expect(answer.status).toBe(403);
  expect(await answer.json()).toEqual({ error: expect.stringContaining('read-only') });
  await pass(1);
  expect(worker.state.lastSyncStartedAt).toBe(BEGIN);
});

test('with control a viewer requests a sync, and gets why and when it runs', async () => {
  const { worker, pass } = embedded();
  const inspection = await inspected(worker, { control: true });
  await worker.start();
  await pass(10_000);
  expect((await (await watched(inspection)).next()).mayControl).toBe(true);
  const answer = await post(inspection, sync);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ at: BEGIN + 10, state: 'running', asking: PEER });
  await pass(1);
  expect(worker.state).toMatchObject({ lastOutcome: 'ok', lastSyncStartedAt: BEGIN + 10 });
});

test('a request to a worker that does not run is answered so', async () => {
  const inspection = await inspected(embedded().worker, { control: true });
  const answer = await post(inspection, sync);
  expect(answer.status).toBe(409);
  expect(await answer.json()).toEqual({ error: 'The worker is not running; start() it first' });
});

test.each([
  ['', 'the request is undefined; allowed is an object'],
  ['{"kind":', 'The body is not JSON'],
  ['[]', 'the request is []; allowed is an object'],
  ['null', 'the request is null'],
  [{ ...sync, kind: 'stop' }, "kind is \"stop\"; allowed is 'sync', 'fault'"],
  [{ ...sync, kind: '__proto__' }, "allowed is 'sync', 'fault'"],
  [{ ...sync, force: 'yes' }, 'force is "yes"; allowed is true or false'],
  [{ ...sync, worker: 7 }, 'worker is 7; allowed is a string'],
  [{ kind: 'fault', worker: 'worker', peer: PEER, fault: 1 }, 'fault is 1; allowed is a string'],
])('a malformed request says what is wrong: %j', async (body, error) => {
  const inspection = await inspected(embedded().worker, { control: true });
  const answer = await post(inspection, body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: expect.stringContaining(error) });
});

test('a request must be JSON, small, and to a worker that is there', async () => {
  const inspection = await inspected(embedded().worker, { control: true });
  expect((await post(inspection, sync, { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await post(inspection, { ...sync, more: 'x'.repeat(5000) })).status).toBe(413);
  expect((await post(inspection, { ...sync, worker: 'constructor' })).status).toBe(404);
  expect((await post(inspection, {})).status).toBe(404);
});

test('no more requests are let through than a person makes', async () => {
  const { worker, pass } = embedded();
  const inspection = await inspected(worker, { control: true });
  await worker.start();
  await pass(1);
  const statuses = new Set<number>();
  for (let count = 0; count < 30; count += 1) statuses.add((await post(inspection, sync)).status);
  expect([...statuses].sort()).toEqual([200, 429]);
});

test('a fault is switched, if the source knows the peer and the fault', async () => {
  const calls: unknown[] = [];
  const faults: FaultSource = {
    switches: (worker) => (worker === 'a' ? [{ peer: PEER, fault: 'none', faults: ['none', 'slow'] }] : []),
    set: (...call) => calls.push(call),
  };
  const inspection = await inspected(
    { a: embedded().worker, b: embedded().worker },
    { control: true, faults },
  );
  const fault = { kind: 'fault', worker: 'a', peer: PEER, fault: 'slow' };
  expect((await post(inspection, { ...fault, worker: 'b' })).status).toBe(404);
  expect((await post(inspection, { ...fault, peer: 'https://other.example' })).status).toBe(404);
  expect((await post(inspection, { ...fault, fault: 'fire' })).status).toBe(400);
  expect(calls).toEqual([]);
  const answer = await post(inspection, fault);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual(faults.switches('a'));
  expect(calls).toEqual([[PEER, 'slow', 'a']]);
});
