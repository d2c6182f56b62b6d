import { once } from 'node:events';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { type ChainStore, createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { createEventAuthor } from '../../../src/infonet/events/event-author.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { CallerLimit, callerOf } from '../../../src/infonet/serve/caller-limit.ts';
import { createInfonetPeer, type InfonetPeerOptions } from '../../../src/infonet/serve/infonet-peer.ts';
import { fc } from '../../support/property.ts';
import { VALID_PAYLOADS } from '../payloads.ts';
import { exchange, exchanges, RECORDED_HEAD, recordedEvents } from '../recorded-exchanges.ts';

const PATH = '/api/mesh/infonet/sync';
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function peerWith(chain: ChainStore, options: Partial<InfonetPeerOptions> = {}): Promise<string> {
  const peer = await createInfonetPeer({ chain, ...options });
  open.push(peer.close);
  return peer.url;
}

const recorded = async (): Promise<ChainStore> => {
  const chain = createMemoryChain();
  await chain.ingest(recordedEvents);
  return chain;
};

const genesis = JSON.stringify({ protocol_version: 'infonet/2', locator: [GENESIS_HASH], limit: 100 });
const post = (url: string, body = genesis, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}${PATH}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

/** What a peer sends back to bytes written by hand. */
async function raw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(bytes);
  return textOf(socket).catch(() => '');
}

test.each([
  'page-0',
  'page-1',
  'page-2',
  'page-3',
  'from-middle',
  'unsupported-protocol',
  'forked-nothing-shared',
  'forked-unknown-tip-only-genesis-shared',
])('it answers %s as the reference did', async (name) => {
  const { request, response } = exchange(name);
  const answer = await post(await peerWith(await recorded()), JSON.stringify(request.body));
  expect(answer.status).toBe(response.status);
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect(await answer.json()).toEqual(JSON.parse(response.body));
});

test('it refuses a locator that is no list as the reference does', async () => {
  const { request, response } = exchange('locator-not-a-list');
  const answer = await post(await peerWith(await recorded()), JSON.stringify(request.body));
  expect([answer.status, await answer.text()]).toEqual([200, JSON.stringify(JSON.parse(response.body))]);
});

test.each([
  ['{}', 200],
  ['{"protocol_version":"","locator":[]}', 200],
  ['\ufeff{}', 200],
  ['{"protocol_version":"infonet/3"}', 426],
  [`{"expected_head":"${GENESIS_HASH}"}`, 409],
  ['null', 422],
  ['[', 422],
  ['', 422],
  [`{"locator": ${'['.repeat(60_000)}`, 422],
])('it answers the body %.20s with %d', async (body, status) => {
  expect((await post(await peerWith(await recorded()), body)).status).toBe(status);
});

test.each([
  [-5, 1],
  [0, 1],
  [2.7, 2],
  [1e9, 260],
  ['7', 7],
  [' 7 ', 7],
  ['2.5', 1],
  [null, 1],
  [undefined, 100],
])('it reads the limit %s as %i', async (limit, count) => {
  const body = JSON.stringify({ protocol_version: 'infonet/2', locator: [GENESIS_HASH], limit });
  const answer = await post(await peerWith(await recorded()), body);
  expect(await answer.json()).toMatchObject({ count, head_hash: RECORDED_HEAD });
});

test('it knows one path and one method', async () => {
  const url = await peerWith(createMemoryChain());
  expect((await fetch(`${url}/`)).status).toBe(404);
  const got = await fetch(`${url}${PATH}`);
  expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
});

test('it limits a body, the headers, and the time for both', async () => {
  const url = await peerWith(createMemoryChain(), { requestTimeoutMs: 50 });
  expect((await post(url, 'x'.repeat(64 * 1024 + 1))).status).toBe(413);
  expect(await raw(url, `POST ${PATH} HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431/,
  );
  expect(await raw(url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
  expect(await raw(url, `POST ${PATH} HTTP/1.1\r\nhost: x\r\n`)).toMatch(/^HTTP\/1\.1 408/);
  expect(await raw(url, `POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{`)).toMatch(
    /^HTTP\/1\.1 408|^$/,
  );
});

test.each([
  ['that says nothing', ''],
  ['that never ends its body', `POST ${PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{`],
])('a caller over loopback, as behind Tor, %s holds no place that another one needs', async (_, text) => {
  const url = await peerWith(await recorded(), { maxConnections: 4 });
  for (let count = 0; count < 12; count += 1) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    open.push(async () => socket.destroy());
  }
  expect((await post(url)).status).toBe(200);
});

describe('its rate limit', () => {
  test('tells a wait after which the caller gets through, and not before', async () => {
    let now = 1000.25;
    const url = await peerWith(await recorded(), { requestsPerWindow: 2, windowSeconds: 60, now: () => now });
    expect([(await post(url)).status, (await post(url)).status]).toEqual([200, 200]);
    now += 12.5;
    const limited = await post(url);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '48']);
    expect(await limited.text()).toBe(exchange('rate-limited-2').response.body.replace(': ', ':'));
    now += 47;
    expect((await post(url)).status).toBe(429);
    now += 1;
    expect((await post(url)).status).toBe(200);
  });

  test('is kept for each caller, whoever waits as told gets in, and nobody gets more than the limit', () => {
    const calls = fc.array(fc.record({ who: fc.nat(2), after: fc.double({ min: 0, max: 30, noNaN: true }) }));
    const options = fc.record({
      requests: fc.integer({ min: 1, max: 4 }),
      windowSeconds: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(options, calls, (limits, list) => {
        const limit = new CallerLimit({ ...limits, total: 1_000_000 });
        const passed = new Map<number, number[]>();
        let now = 0;
        for (const { who, after } of list) {
          now += after;
          const wait = limit.take(`10.0.0.${who}`, now);
          // One more than the window at most: sums of doubles round up.
          expect(Number.isInteger(wait) && wait <= limits.windowSeconds + 1).toBe(true);
          if (wait > 0) now += wait;
          if (wait > 0) expect(limit.take(`10.0.0.${who}`, now)).toBe(0);
          const times = [...(passed.get(who) ?? []), now];
          passed.set(who, times);
          // Two windows may touch, so that twice the limit fits in any stretch as long as one.
          const recent = times.filter((time) => time > now - limits.windowSeconds);
          expect(recent.length).toBeLessThanOrEqual(2 * limits.requests);
        }
      }),
    );
  });

  test('never tells a longer wait than its window, wherever the clock is set meanwhile', () => {
    const jumps = fc.array(fc.record({ who: fc.nat(2), by: fc.integer({ min: -1e9, max: 1e9 }) }));
    fc.assert(
      fc.property(jumps, (list) => {
        const limit = new CallerLimit({ requests: 1, total: 2, windowSeconds: 60 });
        let now = 1.7e9;
        for (const { who, by } of list) {
          now += by;
          const wait = limit.take(`10.0.0.${who}`, now);
          expect(wait).toBeLessThanOrEqual(60);
          expect(limit.take(`10.0.0.${who}`, now + wait + 60)).toBe(0);
        }
      }),
    );
  });

  test('is also one for all together, from which a caller that is over its own takes nothing', () => {
    const limit = new CallerLimit({ requests: 2, total: 5, windowSeconds: 60 });
    const taken = (caller: string, times: number): number[] =>
      Array.from({ length: times }, () => limit.take(caller, 0));
    expect(taken('greedy', 100).filter((wait) => wait === 0).length).toBe(2);
    expect([taken('a', 2), taken('b', 2)]).toEqual([
      [0, 0],
      [0, 60],
    ]);
    expect([limit.take('b', 60), limit.take('greedy', 60)]).toEqual([0, 0]);
  });

  test('tells onion callers apart by the circuit that Tor names', async () => {
    const url = await peerWith(await recorded(), { requestsPerWindow: 1 });
    const ask = async (circuit: string, pieces = 1): Promise<string> => {
      const line = circuit === '' ? '' : `PROXY TCP6 fc00:dead:beef:4dad::${circuit} ::1 65535 80\r\n`;
      const bytes = `${line}POST ${PATH} HTTP/1.1\r\nhost: x.onion\r\nconnection: close\r\ncontent-length: ${genesis.length}\r\n\r\n${genesis}`;
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      const answered = textOf(socket).catch(() => '');
      const size = Math.ceil(bytes.length / pieces);
      for (let at = 0; at < bytes.length; at += size) {
        await new Promise((resolve) => socket.write(bytes.slice(at, at + size), resolve));
      }
      return (await answered).slice(9, 12);
    };
    expect(await Promise.all([ask('0:1'), ask('0:2', 50), ask(''), ask('0:3', 3)])).toEqual(
      Array(4).fill('200'),
    );
    expect(await Promise.all([ask('0:1'), ask('')])).toEqual(['429', '429']);
    // A line that is none, or that has no end, is no request either.
    expect(await raw(url, `PROXY ${'x'.repeat(200)}`)).toBe('');
  });

  test('is counted, with what was served', async () => {
    const peer = await createInfonetPeer({ chain: await recorded(), requestsPerWindow: 2, now: () => 0 });
    open.push(peer.close);
    for (let request = 0; request < 3; request += 1) await post(peer.url);
    expect(peer.serving()).toEqual({
      url: peer.url,
      private: false,
      requestsPerWindow: 2,
      totalRequestsPerWindow: 20,
      windowSeconds: 60,
      connections: expect.any(Number),
      requests: 3,
      limited: 1,
      events: 200,
    });
  });

  test('takes the addresses of one /64 for one caller', () => {
    const limit = new CallerLimit({ requests: 1, total: 100, windowSeconds: 60 });
    expect(limit.take(callerOf('2001:db8::1'), 0)).toBe(0);
    expect(limit.take(callerOf('2001:db8:0:0:ffff::2'), 0)).toBe(60);
    expect(limit.take(callerOf('2001:db8:0:1::1'), 0)).toBe(0);
    expect(limit.take(callerOf('::ffff:10.0.0.1'), 0)).toBe(0);
    expect(limit.take(callerOf('10.0.0.1'), 0)).toBe(60);
  });
});

describe('private events', () => {
  const mixed = async (): Promise<ChainStore> => {
    const chain = createMemoryChain();
    const author = createEventAuthor();
    for (const [index, type] of (['message', 'gate_message', 'dm_message', 'vote'] as const).entries()) {
      await chain.ingest([
        author.write({
          head: chain.head(),
          sequence: index + 1,
          timestamp: 1,
          payload: VALID_PAYLOADS[type],
          type,
        }),
      ]);
    }
    return chain;
  };
  const typesFor = async (lines: readonly string[], isPrivate = true): Promise<unknown[]> => {
    const url = await peerWith(await mixed(), { private: isPrivate });
    const head = [
      `POST ${PATH} HTTP/1.1`,
      `content-length: ${genesis.length}`,
      'connection: close',
      ...lines,
    ];
    const answer = await raw(url, `${head.join('\r\n')}\r\n\r\n${genesis}`);
    const { events } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    return events.map((event: { event_type: unknown }) => event.event_type);
  };

  test.each([
    ['loopback', ['host: 127.0.0.1:8000']],
    ['localhost', ['host: localhost']],
    ['an onion service', [`host: ${'a'.repeat(56)}.onion`]],
  ])('are served to a caller over %s', async (_, lines) => {
    expect(await typesFor(lines)).toEqual(['message', 'gate_message', 'dm_message', 'vote']);
  });

  test.each([
    ['by another name', ['host: peer.example']],
    ['through a proxy', ['host: localhost', 'x-forwarded-for: 203.0.113.9']],
    ['through another proxy', ['host: localhost', 'forwarded: for=203.0.113.9']],
    ['from a web page', ['host: localhost', 'origin: https://evil.example']],
    ['with a host that is none', ['host: a b']],
  ])('are left out for a caller that comes %s', async (_, lines) => {
    expect(await typesFor(lines)).toEqual(['message', 'vote']);
  });

  test.each([
    ['loopback', ['host: 127.0.0.1:8000']],
    ['an onion service', [`host: ${'a'.repeat(56)}.onion`]],
  ])(
    'are left out for everybody, over %s too, by a listener that is not the private one',
    async (_, lines) => {
      expect(await typesFor(lines, false)).toEqual(['message', 'vote']);
    },
  );

  test.each(['0.0.0.0', '::', '192.168.1.2', 'peer.example'])(
    'are not served on %s, which others than this machine reach',
    async (host) => {
      const opened = createInfonetPeer({ chain: createMemoryChain(), host, private: true });
      await expect(opened).rejects.toThrow(
        /^host is .*allowed with private events is an address of the loopback/,
      );
    },
  );

  test('are not served where the option is merely truthy', async () => {
    expect(await typesFor(['host: localhost'], 'yes' as unknown as boolean)).toEqual(['message', 'vote']);
  });
});

test('close() ends what is open and leaves no handle', async () => {
  const handles = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
  const peer = await createInfonetPeer({ chain: createMemoryChain() });
  const open = handles();
  const idle = connect(Number(new URL(peer.url).port), '127.0.0.1');
  await once(idle, 'connect');
  const ended = once(idle, 'close');
  await peer.close();
  await ended;
  // Fewer still, if a server of a test before this one was on its way out.
  expect(handles()).toBeLessThan(open);
});

test.each([
  ['requestsPerWindow', 0],
  ['windowSeconds', 1.5],
  ['requestTimeoutMs', Number.NaN],
])('the option %s of %s is refused, by name', async (name, value) => {
  await expect(createInfonetPeer({ chain: createMemoryChain(), [name]: value })).rejects.toThrow(
    new RegExp(`^${name} is ${value}; allowed is`),
  );
});

test('a port that is taken is an error that says so', async () => {
  const url = await peerWith(createMemoryChain());
  const port = Number(new URL(url).port);
  await expect(createInfonetPeer({ chain: createMemoryChain(), port })).rejects.toThrow('EADDRINUSE');
});

test('the recorded exchanges are all there', () => expect(exchanges.length).toBe(12));
