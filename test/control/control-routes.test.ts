import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { readBody } from '../../src/http/read-body.ts';
import { formatWhy, PeerSyncRateLimited } from '../../src/index.ts';
import {
  createEventAuthor,
  createGateStore,
  createMailbox,
  createMemoryChain,
  hydrateChain,
} from '../../src/infonet/index.ts';
import { statusOf } from '../../src/operations/worker-status.ts';
import { directPayload, sealed } from '../infonet/payloads.ts';
import { type Controlled, controlled, good } from './controlled-worker.ts';

/** As `curl --unix-socket` asks. */
async function curl(
  { server }: Controlled,
  path: string,
  {
    method = 'GET',
    body = '',
    accept = '*/*',
  }: { method?: 'GET' | 'POST' | 'PUT'; body?: string; accept?: string } = {},
): Promise<{ status: number | undefined; type: string; text: string; allow: unknown }> {
  const asked = request({ socketPath: server.path, agent: false, method, path, headers: { accept } });
  asked.end(body);
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  if (answer === undefined) throw new Error('there was no answer');
  const text = String(await readBody(answer, Number.POSITIVE_INFINITY));
  const { 'content-type': type, allow } = answer.headers;
  return { status: answer.statusCode, type: String(type), text, allow };
}

describe('a running worker, over its socket', () => {
  test('tells its status, and why it waits', async () => {
    const { worker, control } = await controlled();
    expect(await control.status()).toEqual(statusOf(worker, createMemoryChain()));
    expect(await control.why()).toEqual(worker.why());
  });

  test('tells why in sentences to who does not ask for JSON', async () => {
    const setup = await controlled();
    const answer = await curl(setup, '/why');
    expect(answer).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    expect(answer.text).toBe(`${formatWhy(setup.worker.why())}\n`);
    const json = await curl(setup, '/why', { accept: 'application/json' });
    expect(JSON.parse(json.text)).toEqual(setup.worker.why());
  });

  test('gives messages whole, and refuses what asks for none without showing the key of a box', async () => {
    const mailbox = createMailbox();
    const gateStore = createGateStore();
    const chain = await hydrateChain(createMemoryChain(), { mailbox, gateStore, onError: () => undefined });
    const long = directPayload({ ciphertext: sealed(2_000), msg_id: 'a  b\u202e' });
    const id = await createEventAuthor().appendDirectMessage(chain, long, 1_700_000_000);
    const setup = await controlled(good, { mailbox, gateStore });
    const box = { deliveryClass: 'request', key: 'recipient-1' } as const;
    expect(await setup.control.messages({ kind: 'claim', ...box, eventIds: ['another'] })).toEqual([]);
    const [message] = await setup.control.messages({ kind: 'claim', ...box });
    expect(message).toMatchObject({ eventId: id, messageId: 'a  b\u202e', ciphertext: sealed(2_000) });
    expect(await setup.control.messages({ kind: 'poll', ...box })).toEqual([]);
    for (const wrong of [
      { kind: 'read', ...box },
      { kind: 'poll', key: box.key },
      { kind: 'claim', ...box, eventIds: [1] },
      { kind: 'gate', gate: box.key, after: -1 },
    ]) {
      const answer = await curl(setup, '/messages', { method: 'POST', body: JSON.stringify(wrong) });
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain(box.key);
    }
  });

  test('begins a run that is asked for, and says so', async () => {
    const asked: string[] = [];
    const { control, pass } = await controlled({
      ...good,
      sync: ({ peerUrl }) => {
        asked.push(peerUrl);
        return { head: `h${asked.length}` };
      },
    });
    await pass(2000);
    const why = await control.requestSync({ force: false });
    expect(why).toMatchObject({ state: 'running', asking: 'http://a.example' });
    await pass(0);
    expect(asked).toHaveLength(2);
  });

  test('asks no peer before its Retry-After is over, not even by force', async () => {
    const { control, worker, pass } = await controlled({
      peers: ['http://a.example'],
      sync: () => {
        throw new PeerSyncRateLimited({ retryAfterSeconds: 90, retryAfterHeader: '90' });
      },
    });
    await pass(2000);
    const why = await control.requestSync({ force: true });
    expect(why).toMatchObject({ state: 'error', rule: 'retry-after', requested: true });
    expect(why.nextRunAt - why.at).toBe(88);
    expect((await control.status()).why.peers[0]?.retryAfter).toEqual(worker.why().peers[0]?.retryAfter);
  });

  test('answers with the end of the run to who waits for it, however that ends', async () => {
    const answers: (() => { head: string })[] = [
      () => ({ head: 'h1' }),
      () => ({ head: 'h2' }),
      () => {
        throw new Error('no route');
      },
    ];
    const { control, pass, worker } = await controlled({
      peers: ['http://a.example'],
      sync: () => answers.shift()?.() ?? { head: 'h3' },
    });
    await pass(2000);
    for (const expected of [
      { lastOutcome: 'ok', currentHead: 'h2' },
      { lastOutcome: 'error', lastError: 'no route' },
    ]) {
      const begun = new Promise((resolve) => worker.on('attempt.started', resolve));
      const run = control.syncNow({ force: true });
      await begun;
      await pass(0);
      expect(await run).toMatchObject(expected);
      await pass(2000);
    }
  });

  test('lets go of who waits for a run and hangs up, and tells who waits that it stops', async () => {
    const { control, worker, server } = await controlled({
      peers: ['http://a.example'],
      sync: () => {
        throw new PeerSyncRateLimited({ retryAfterSeconds: 900 });
      },
    });
    const asked = request({ socketPath: server.path, agent: false, method: 'POST', path: '/sync' });
    const gone = new Promise((resolve) => asked.once('close', resolve));
    asked.on('error', () => undefined).end('{"wait":true}');
    await expect.poll(() => worker.why().requested).toBe(true);
    asked.destroy();
    await gone;
    const waiting = control.syncNow({ force: false }).catch((error: unknown) => error);
    await control.why();
    await worker.stop();
    expect(await waiting).toMatchObject({ code: 'failed', message: expect.stringContaining('The worker ') });
  });

  test('changes its peers, in force when it is answered', async () => {
    const { control, worker } = await controlled();
    const peers = await control.changePeers({ kind: 'add', peerUrl: 'http://c.example', label: 'C' });
    expect(peers.map((peer) => peer['peer_url'])).toEqual(worker.peers.map(({ peerUrl }) => peerUrl));
    expect(worker.peers[2]).toMatchObject({ peerUrl: 'http://c.example', label: 'C', enabled: true });
    await control.changePeers({ kind: 'disable', peerUrl: 'http://c.example' });
    expect(worker.peers[2]?.enabled).toBe(false);
    await control.changePeers({ kind: 'enable', peerUrl: 'http://c.example' });
    expect(worker.peers[2]?.enabled).toBe(true);
    await control.changePeers({ kind: 'remove', peerUrl: 'http://c.example' });
    expect(worker.peers).toHaveLength(2);
  });

  test('forgets a Retry-After by a reset with force alone, and not by removing and adding', async () => {
    const { control, worker, pass } = await controlled({
      peers: ['http://a.example'],
      sync: () => {
        throw new PeerSyncRateLimited({ retryAfterSeconds: 900 });
      },
    });
    const until = (): unknown => worker.peers[0]?.retryAfter?.until;
    const first = until();
    const peerUrl = 'http://a.example';
    await control.changePeers({ kind: 'remove', peerUrl });
    await control.changePeers({ kind: 'add', peerUrl });
    await control.changePeers({ kind: 'reset', peerUrl, force: false });
    expect(until()).toBe(first);
    expect(worker.peers[0]).toMatchObject({ enabled: true, failureCount: 0, lastError: '' });
    await control.changePeers({ kind: 'reset', peerUrl, force: true });
    expect(until()).toBeUndefined();
    await pass(2000);
    expect(await control.requestSync({ force: false })).toMatchObject({ asking: peerUrl });
  });

  test('refuses a change with a clear reason, and changes nothing', async () => {
    const { control, worker } = await controlled();
    const before = worker.peers;
    await expect(control.changePeers({ kind: 'enable', peerUrl: 'http://a.exampel' })).rejects.toMatchObject({
      name: 'ControlError',
      code: 'refused',
      message: 'http://a.exampel is not a sync peer here; did you mean http://a.example?',
    });
    expect(worker.peers).toBe(before);
  });

  test.each([
    ['{"kind":"ad","peerUrl":"http://c.example"}', 'kind is "ad"; allowed is add, remove'],
    ['{"kind":"add"}', 'peerUrl is undefined; allowed is a URL'],
    ['{"kind":"add","peerUrl":"c.example"}', 'allowed is an absolute URL'],
    ['{"kind":"add","peerUrl":"http://c.example","label":5}', 'label is 5; allowed is a string'],
    [
      '{"kind":"reset","peerUrl":"http://a.example","force":"yes"}',
      'force is "yes"; allowed is true or false',
    ],
    [
      '{"kind":"remove","peerUrl":"http://a.example","forse":true}',
      `A change of kind 'remove' has no "forse"`,
    ],
    [
      '{"kind":"remove","peerUrl":"http://a.example","force":true}',
      `A change of kind 'remove' has no "force"`,
    ],
    ['[]', 'The change is []'],
    ['', 'The change is undefined'],
    ['{"kind":', 'The body is not JSON'],
  ])('refuses the change %s: %s', async (body, message) => {
    const setup = await controlled();
    const answer = await curl(setup, '/peers', { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toContain(message);
    expect(setup.worker.peers).toHaveLength(2);
  });

  test('takes a request without a body, and refuses one that it does not understand', async () => {
    const setup = await controlled();
    await setup.pass(2000);
    const plain = await curl(setup, '/sync', { method: 'POST' });
    expect(JSON.parse(plain.text)).toMatchObject({ state: 'running' });
    const odd = await curl(setup, '/sync', { method: 'POST', body: '{"froce":true}' });
    expect(odd.status).toBe(400);
    expect(odd.text).toContain('allowed is {\\"force\\": true or false, ');
  });

  test('refuses a body that is too long, another method and another path', async () => {
    const setup = await controlled();
    const long = await curl(setup, '/peers', { method: 'POST', body: ' '.repeat(65 * 1024) });
    expect(long.status).toBe(413);
    expect(await curl(setup, '/sync')).toMatchObject({ status: 405, allow: 'POST' });
    expect(await curl(setup, '/why', { method: 'PUT', body: '' })).toMatchObject({
      status: 405,
      allow: 'GET, HEAD',
    });
    expect(await curl(setup, '/toString')).toMatchObject({ status: 404 });
  });

  test('that was stopped says that it is not running', async () => {
    const { control, worker } = await controlled();
    await worker.stop();
    await expect(control.requestSync({ force: false })).rejects.toThrow('The worker is not running');
  });
});
