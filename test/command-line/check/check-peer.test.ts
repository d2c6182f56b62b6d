import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type CheckPeerOptions, checkPeer } from '../../../src/command-line/check/check-peer.ts';
import { type CheckReport, reportLines } from '../../../src/command-line/check/check-report.ts';
import { createMemoryChain } from '../../../src/infonet/chain/chain-store.ts';
import { GENESIS_HASH } from '../../../src/infonet/protocol.ts';
import { createInfonetPeer } from '../../../src/infonet/serve/infonet-peer.ts';
import { createPeerRecord } from '../../../src/policy/peer-record.ts';
import { peerToWire } from '../../../src/policy/peer-wire.ts';
import { framing } from '../../infonet/misbehaviours/framing.ts';
import { LIMITS } from '../../infonet/misbehaviours/misbehaviour.ts';
import { statuses } from '../../infonet/misbehaviours/statuses.ts';
import { texts } from '../../infonet/misbehaviours/texts.ts';
import { RECORDED_HEAD, recordedEvents } from '../../infonet/recorded-exchanges.ts';
import { answer, type Script, say, startScriptedPeer } from '../../infonet/scripted-peer.ts';
import { eventTexts, page } from '../../infonet/sync-answers.ts';
import { tempFolder } from '../../storage/disk/temp-folder.ts';
import { startOnionProxy } from '../../support/onion-proxy.ts';

const NOW = 1_800_000_000.25;
/** Of the Tor project: an address that is well formed. */
const ONION = 'http://2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Checked {
  readonly exit: number;
  readonly text: string;
}

/** As the command prints it. */
async function check(peerUrl: string, options: Partial<CheckPeerOptions> = {}): Promise<Checked> {
  let asking = '';
  const onAsking = (address: string): void => {
    asking = `Asking ${address}, once; nothing is changed.\n`;
  };
  const made = await report(peerUrl, { onAsking, ...options });
  return { exit: made.wouldServe ? 0 : 1, text: `${asking}${reportLines(made, false).join('\n')}\n` };
}

function report(peerUrl: string, options: Partial<CheckPeerOptions> = {}): Promise<CheckReport> {
  return checkPeer(peerUrl, { now: () => NOW, requestTimeoutMs: 5000, ...options });
}

async function startPeer(events = recordedEvents, requestsPerWindow = 60): Promise<string> {
  const chain = createMemoryChain();
  await chain.ingest(events);
  const peer = await createInfonetPeer({ chain, requestsPerWindow, now: () => NOW });
  open.push(peer.close);
  return peer.url;
}

async function scripted(script: Script): Promise<string> {
  const peer = await startScriptedPeer({ script });
  open.push(peer.close);
  return peer.url;
}

async function portOf(server: Server, host: string): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  open.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server got no port');
  return address.port;
}

describe('a peer that serves', () => {
  test('is shown step by step: name, connection, status, page, verification, and what to do next', async () => {
    const url = (await startPeer()).replace('127.0.0.1', 'localhost');
    const { port } = new URL(url);
    const { exit, text } = await check(url);
    expect(exit).toBe(0);
    const shown = text
      .replaceAll(/\d+(\.\d)? ms/g, '- ms')
      .replaceAll(/(content-length: |events, )\d+/g, '$1-')
      .replaceAll(/Header +date.*\n/g, '');
    expect(shown).toBe(
      `Asking ${url}, once; nothing is changed.
DNS          localhost is 127.0.0.1 (- ms)
Connect      to 127.0.0.1:${port} (- ms)
Status       200 OK (- ms)
Header       content-type: application/json; charset=utf-8
Header       content-length: -
Retry-After  none
Page         260 events, - bytes, head ${RECORDED_HEAD.slice(0, 16)}…, not forked
Verified     260 of 260 events
Took         - ms
✓ It would serve us: 260 events, all verified. Pull from it with: sync-worker run --peer ${url} --data DIR
`,
    );
  });

  test('is asked once, for one page', async () => {
    const peer = await startScriptedPeer({ script: say(answer(page(eventTexts.slice(0, 20)))) });
    open.push(peer.close);
    expect(await report(peer.url, { pageLimit: 20 })).toMatchObject({
      wouldServe: true,
      page: { events: 20, isFull: true, forked: false, head: RECORDED_HEAD },
      verification: { verified: 20, of: 20 },
    });
    expect(peer.requests.map(({ body }) => JSON.parse(body))).toEqual([
      { protocol_version: 'infonet/2', locator: [GENESIS_HASH], limit: 20 },
    ]);
  });

  test('and has nothing yet would serve us too', async () => {
    const { exit, text } = await check(await startPeer([]));
    expect(exit).toBe(0);
    expect(text).toContain('It would serve us: it is on our protocol, and its chain is empty.');
  });

  test('has durations by a clock that does not jump', async () => {
    const url = await startPeer();
    let now = NOW;
    // A wall clock that is set back with every look at it.
    const told = await report(url, { now: () => (now -= 100) });
    expect([told.peerUrl, told.wouldServe]).toEqual([url, true]);
    expect(told.totalMs).toBeGreaterThan(0);
    expect(told.connect?.ms).toBeGreaterThan(0);
    expect(told.answer?.ms).toBeGreaterThan(0);
    expect(told.totalMs).toBeGreaterThanOrEqual((told.connect?.ms ?? 0) + (told.answer?.ms ?? 0));
  });
});

describe('a Retry-After', () => {
  test.each([
    [['90'], { raw: '90', form: 'delay-seconds', clamped: false, seconds: 90, until: 1_800_000_091 }],
    [
      ['7', '999999'],
      { raw: '7, 999999', form: 'delay-seconds', clamped: true, seconds: 3600, until: 1_800_003_601 },
    ],
    [
      ['Fri, 15 Jan 2027 08:02:00 GMT'],
      {
        raw: 'Fri, 15 Jan 2027 08:02:00 GMT',
        form: 'imf-fixdate',
        clamped: false,
        seconds: 119,
        until: 1_800_000_120,
      },
    ],
    [['soon'], { raw: 'soon', form: 'unreadable', clamped: false, seconds: 0, until: 1_800_000_001 }],
  ])('of %j is told as it is read', async (headers, retryAfter) => {
    const lines = headers.map((header) => `Retry-After: ${header}`);
    const url = await scripted(say(answer('{}', { status: '429 Too Many Requests', headers: lines })));
    expect(await report(url)).toMatchObject({ wouldServe: false, retryAfter });
  });

  test('is said with the time it ends', async () => {
    const url = await startPeer(recordedEvents, 1);
    await check(url);
    const { exit, text } = await check(url);
    expect(exit).toBe(1);
    expect(text).toContain('Retry-After  "60" (delay-seconds): 60 s, until 2027-01-15 08:01:01 UTC\n');
    expect(text).toContain(
      'It asks to be left alone until 2027-01-15 08:01:01 UTC, in 60 s: ask no sooner.\n',
    );
  });

  test('on record in a data folder is honoured: the peer is not asked before it is over', async () => {
    const peer = await startScriptedPeer({ script: say(answer(page([]))) });
    open.push(peer.close);
    const folder = (await tempFolder()).path;
    const record = createPeerRecord({
      peerUrl: peer.url,
      enabled: false,
      metadata: { retry_after_until: 1_800_000_060, removed: true },
    });
    await writeFile(
      join(folder, 'peers.json'),
      JSON.stringify({ version: 1, records: [peerToWire(record)] }),
    );
    const { exit, text } = await check(`${peer.url}/`, { folder });
    expect([exit, peer.requests.length]).toEqual([1, 0]);
    expect(text).toBe(
      '✗ It was not asked: it asked to be left alone until 2027-01-15 08:01:00 UTC, in 60 s. Check it after that time.\n',
    );
    await check(peer.url, { folder, now: () => 1_800_000_060 });
    expect(peer.requests).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['peers.json']);
  });

  test('of a record from the future, as after a clock that was set back, is no longer than any wait is', async () => {
    const folder = (await tempFolder()).path;
    const at = 1_800_000_000 + 10 * 365 * 86_400;
    const record = createPeerRecord({
      peerUrl: 'http://127.0.0.1:9',
      addedAt: at,
      updatedAt: at,
      metadata: { retry_after_until: at + 60 },
    });
    await writeFile(
      join(folder, 'peers.json'),
      JSON.stringify({ version: 1, records: [peerToWire(record)] }),
    );
    const { exit, text } = await check('http://127.0.0.1:9', { folder });
    expect(exit).toBe(1);
    expect(text).toContain('alone until 2027-01-15 09:00:01 UTC, in 3601 s. The record in ');
    expect(text).toContain('is from the future: the clock was set back.');
  });

  test('whose record cannot be read is an error, for it may still run; a folder without one is none', async () => {
    const url = await startPeer();
    const folder = (await tempFolder()).path;
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'peers.json'), '{"version":');
    await expect(check(url, { folder: join(folder, 'data') })).rejects.toThrow(
      /peers\.json could not be read/,
    );
    expect((await check(url, { folder: join(folder, 'none') })).exit).toBe(0);
    expect(await readdir(folder)).toEqual(['data']);
  });
});

describe('TLS', () => {
  const read = (name: string): string =>
    readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
  const cert = read('self-signed-cert.pem');
  const start = async (): Promise<number> => {
    const server = createHttpsServer({ cert, key: read('self-signed-key.pem') }, (request, response) => {
      request.resume();
      response.end(page(eventTexts.slice(0, 3)));
    });
    open.push(() => server.closeAllConnections());
    return portOf(server, 'localhost');
  };
  const certificate = { subject: 'CN=localhost', issuer: 'CN=localhost', names: 'DNS:localhost' };

  test('that is trusted is told with protocol, cipher and certificate', async () => {
    const port = await start();
    const told = await report(`https://localhost:${port}`, { ca: cert });
    expect(told).toMatchObject({
      wouldServe: true,
      connect: { to: `127.0.0.1:${port}` },
      tls: { protocol: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/), certificate },
    });
    expect(told.tls?.refused).toBeUndefined();
    expect((await check(`https://localhost:${port}`, { ca: cert })).text).toMatch(
      /Certificate +of CN=localhost \(DNS:localhost\), issued by CN=localhost, valid until .* 2126 GMT, for \d+ more days; trusted\n/,
    );
  });

  test('that nobody vouches for is refused, with the certificate and what to do', async () => {
    expect(await report(`https://localhost:${await start()}`)).toMatchObject({
      wouldServe: false,
      tls: { refused: 'self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)', certificate },
      next: expect.stringContaining('--ca FILE'),
    });
  });

  test('of a certificate for another name is refused', async () => {
    expect(await report(`https://127.0.0.1:${await start()}`, { ca: cert })).toMatchObject({
      tls: { refused: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'), certificate },
      next: expect.stringContaining('other names'),
    });
  });

  test('where none is spoken, and none where it is', async () => {
    const plain = new URL(await startPeer()).port;
    expect(await report(`https://127.0.0.1:${plain}`)).toMatchObject({
      tls: { refused: 'wrong version number' },
      next: expect.stringContaining('speaks no TLS'),
    });
    expect(await report(`http://127.0.0.1:${await start()}`)).toMatchObject({
      wouldServe: false,
      next: expect.stringContaining('whether it is https://'),
    });
  });

  test('that never ends is told as that', async () => {
    const url = (await scripted(() => undefined)).replace('http:', 'https:');
    const told = await report(url, { requestTimeoutMs: 200 });
    expect(told).toMatchObject({ wouldServe: false, verdict: expect.stringContaining('within 200 ms') });
    expect(told.tls?.refused).toMatch(/./);
  });
});

describe('an onion peer', () => {
  test('is reached through the proxy, which is given its name, and no name is looked up here', async () => {
    const port = Number(new URL(await startPeer()).port);
    const proxy = await startOnionProxy(port);
    open.push(proxy.close);
    const told = await report(ONION, { socksProxy: proxy.address });
    expect(told).toMatchObject({
      wouldServe: true,
      connect: {
        to: proxy.address,
        through: { destination: `${ONION.slice(7)}:80`, ms: expect.any(Number) },
      },
    });
    expect(told.dns).toBeUndefined();
    expect(proxy.asked).toEqual([`3 ${ONION.slice(7)} 80`]);
  });

  test('with a mistyped address is not asked: that is wrong usage', async () => {
    await expect(report(ONION.replace('gzy', 'gzz'))).rejects.toMatchObject({
      status: 2,
      message: expect.stringContaining('is mistyped: its checksum does not fit'),
    });
  });

  test('that Tor does not reach is told with what Tor said, and what to do', async () => {
    const proxy = createTcpServer((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([5, 0]));
        socket.once('data', () => socket.end(Buffer.from([5, 0xf4])));
      });
    });
    const told = await report(ONION, { socksProxy: `127.0.0.1:${await portOf(proxy, '127.0.0.1')}` });
    expect(told).toMatchObject({
      wouldServe: false,
      connectFailed: 'SOCKS reply F4: the onion service needs client authorization',
      next: expect.stringContaining('ClientOnionAuthDir'),
    });
  });

  test('that takes too long to connect is told with the limit to raise', async () => {
    const proxy = createTcpServer(() => undefined);
    const socksProxy = `127.0.0.1:${await portOf(proxy, '127.0.0.1')}`;
    const told = await report(ONION, { socksProxy, onionConnectTimeoutMs: 50 });
    expect(told.next).toMatch(/Bootstrapped 100%.*--onion-connect-timeout-ms/);
  });

  test('without a proxy is told with what to start', async () => {
    expect(await report(ONION, { socksProxy: '127.0.0.1:1' })).toMatchObject({
      wouldServe: false,
      connectFailed: 'the SOCKS proxy at 127.0.0.1:1 is not there: connect ECONNREFUSED 127.0.0.1:1',
      verdict:
        'It could not be asked: the SOCKS proxy at 127.0.0.1:1 is not there: connect ECONNREFUSED 127.0.0.1:1.',
      next: 'Start Tor, or name its SOCKS port with --socks-proxy.',
    });
  });
});

describe('a peer that is not there', () => {
  test.each([
    ['http://127.0.0.1:1', 'connect ECONNREFUSED 127.0.0.1:1', 'Nothing listens there'],
    ['http://nobody.localhost:1', /ENOTFOUND|EAI_AGAIN/, /No such name is known|cannot be looked up/],
  ])('%s is told with why, and what to check', async (url, why, next) => {
    const told = await report(url);
    expect(told.connectFailed).toMatch(why);
    expect(told.next).toMatch(next);
    expect(told.wouldServe).toBe(false);
  });

  test('is not waited for longer than allowed', async () => {
    const told = await report(await scripted(() => undefined), { requestTimeoutMs: 100 });
    expect(told).toMatchObject({ wouldServe: false, next: expect.stringContaining('--request-timeout-ms') });
    expect(told.answer).toBeUndefined();
  });

  test('is waited for no more when that is called off', async () => {
    const stop = new AbortController();
    const url = await scripted(() => stop.abort(new Error('called off')));
    expect(await report(url, { signal: stop.signal })).toMatchObject({ wouldServe: false });
  });
});

test('no redirect is followed', async () => {
  const elsewhere = await startScriptedPeer({ script: say(answer(page([]))) });
  open.push(elsewhere.close);
  const location = `Location: ${elsewhere.url}/`;
  const told = await report(await scripted(say(answer('', { status: '302 Found', headers: [location] }))));
  expect(told).toMatchObject({
    wouldServe: false,
    answer: { status: 302 },
    next: expect.stringContaining(elsewhere.url),
  });
  expect(elsewhere.requests).toEqual([]);
});

test('the first event that does not verify is named, and those before it are counted', async () => {
  const bad = (eventTexts[3] ?? '').replace(/"signature":"../, '"signature":"00');
  const url = await scripted(say(answer(page([...eventTexts.slice(0, 3), bad, ...eventTexts.slice(4, 6)]))));
  const told = await report(url);
  expect(told).toMatchObject({ wouldServe: false, verification: { verified: 3, of: 6 } });
  expect(told.verification?.refused).toMatch(/^event .* signature that does not verify/);
});

test.each([
  ['http://user:S3CRET@peer.example', /carries credentials/],
  ['nonsense', /"nonsense"; allowed is an absolute URL/],
])('%s is wrong usage, and says why', async (url, why) => {
  const error: unknown = await report(url).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 2, message: expect.stringMatching(why) });
  expect(String(error)).not.toContain('S3CRET');
});

test('an option that is out of range is wrong usage', async () => {
  await expect(report('http://127.0.0.1:1', { pageLimit: 1000 })).rejects.toMatchObject({
    status: 2,
    message: 'pageLimit is 1000; allowed is a whole number from 1 to 500',
  });
});

test('a peer over clearnet is not asked unless that is allowed', async () => {
  expect(await report('https://peer.example')).toMatchObject({
    wouldServe: false,
    notAsked: expect.stringContaining('clearnet is not allowed'),
    next: expect.stringContaining('--allow-clearnet'),
    totalMs: 0,
  });
});

test.each([...statuses, ...framing, ...texts])(
  'a peer that $name cannot harm what is shown',
  async ({ script, onConnect }) => {
    const peer = await startScriptedPeer({ script, onConnect });
    open.push(peer.close);
    const { requestTimeoutMs, maxBodyBytes, pageLimit } = LIMITS;
    const { exit, text } = await check(peer.url, { requestTimeoutMs, maxBodyBytes, pageLimit });
    expect([0, 1]).toContain(exit);
    expect(text).toMatch(exit === 0 ? /\n✓ It would serve us: .*\n$/ : /\n✗ It would not serve us: .*\n$/);
    expect(text).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
    expect(peer.requests.length).toBeLessThanOrEqual(1);
  },
);
