import { expect, test } from 'vitest';
import { useInspections } from './inspection-world.ts';
import { openRaw, rawRequest, requestText, statusOfAnswer, upgradeText } from './raw-request.ts';

const { embedded, inspected, watched, after } = useInspections();

const GET = ['GET / HTTP/1.1', 'Host: OURS'];
const CONTROL = ['POST /control HTTP/1.1', 'Host: OURS', 'Content-Type: application/json'];
const SYNC = '{"kind":"sync","worker":"worker","force":true}';
const PAGES = ['/', '/page.js', '/page.css'];
const withLength = (lines: readonly string[], body: string): string[] => [
  ...lines,
  `Content-Length: ${Buffer.byteLength(body)}`,
];

test('it listens on 127.0.0.1 alone, and all it serves is served from there', async () => {
  const { url } = await inspected(embedded().worker);
  expect(new URL(url).hostname).toBe('127.0.0.1');
  for (const path of PAGES) {
    const answer = await rawRequest(url, [`GET ${path} HTTP/1.1`, 'Host: OURS']);
    expect(statusOfAnswer(answer)).toBe(200);
    expect(answer).toContain("content-security-policy: default-src 'none'; script-src 'self'");
    expect(answer).toContain("frame-ancestors 'none'");
    expect(answer).toContain('x-content-type-options: nosniff');
    expect(answer).toContain('referrer-policy: no-referrer');
    expect(answer).not.toMatch(/access-control-allow/i);
  }
});

test.each([
  'evil.example',
  'evil.example:PORT',
  '127.0.0.1',
  '127.0.0.1:1',
  '127.0.0.1:PORT.evil.example',
  'localhost.evil.example:PORT',
  '0.0.0.0:PORT',
  '',
])('a name that leads here but is not ours is refused: %j', async (name) => {
  const { url } = await inspected(embedded().worker);
  const host = name.replace('PORT', new URL(url).port);
  const answers = ['/', '/feed', '/control'].map((path) =>
    rawRequest(url, [`GET ${path} HTTP/1.1`, `Host: ${host}`]),
  );
  for (const answer of await Promise.all(answers)) {
    expect([400, 403]).toContain(statusOfAnswer(answer));
    expect(answer).not.toContain('<html');
  }
});

test.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST'])('%s is a name of ours', async (name) => {
  const { url } = await inspected(embedded().worker);
  const host = `${name}:${new URL(url).port}`;
  expect(statusOfAnswer(await rawRequest(url, ['GET / HTTP/1.1', `Host: ${host}`]))).toBe(200);
});

test('with two Hosts, none, or a target that is a whole URL, nothing is served', async () => {
  const { url } = await inspected(embedded().worker);
  const answers = await Promise.all([
    rawRequest(url, [...GET, 'Host: evil.example']),
    rawRequest(url, ['GET / HTTP/1.1']),
    rawRequest(url, ['GET / HTTP/1.0']),
    rawRequest(url, ['GET http://evil.example/ HTTP/1.1', 'Host: OURS']),
    rawRequest(url, ['OPTIONS * HTTP/1.1', 'Host: OURS']),
    rawRequest(url, ['CONNECT evil.example:80 HTTP/1.1', 'Host: OURS']),
  ]);
  for (const answer of answers) {
    expect(answer).not.toContain('<html');
    expect(answer === '' || statusOfAnswer(answer) >= 400).toBe(true);
  }
});

test.each([
  ['Origin: https://evil.example'],
  ['Origin: null'],
  ['Origin: http://localhost:1'],
  ['Origin: http://OURS', 'Origin: https://evil.example'],
  ['Origin: https://OURS'],
  ['Sec-Fetch-Site: cross-site'],
  ['Sec-Fetch-Site: same-site'],
  ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'],
])('what a page of another origin makes a browser send is refused: %s %s', async (...lines) => {
  const { worker, pass } = embedded();
  const { url } = await inspected(worker, { control: true });
  await worker.start();
  await pass(1);
  for (const path of ['/', '/feed']) {
    const answer = await rawRequest(url, [`GET ${path} HTTP/1.1`, 'Host: OURS', ...lines]);
    expect(statusOfAnswer(answer)).toBe(403);
  }
  const own = lines.some((line) => line.startsWith('Origin')) ? [] : ['Origin: http://OURS'];
  const answer = await rawRequest(url, withLength([...CONTROL, ...own, ...lines], SYNC), SYNC);
  expect(statusOfAnswer(answer)).toBe(403);
  expect(worker.state.lastSyncStartedAt).toBe(worker.state.lastSyncFinishedAt);
  expect(worker.why().requested).toBe(false);
});

test('a link from elsewhere opens the page, and only the page', async () => {
  const { url } = await inspected(embedded().worker);
  const link = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
  expect(statusOfAnswer(await rawRequest(url, [...GET, ...link]))).toBe(200);
  const feed = await rawRequest(url, ['GET /feed HTTP/1.1', 'Host: OURS', ...link]);
  expect(statusOfAnswer(feed)).toBe(403);
});

test('a WebSocket where there is none is refused, whoever asks', async () => {
  const { url } = await inspected(embedded().worker);
  const ask = (path: string, ...lines: string[]): Promise<string> =>
    openRaw(url, upgradeText(url, path, ...lines)).answer;
  expect(statusOfAnswer(await ask('/'))).toBe(404);
  expect(statusOfAnswer(await ask('/feed'))).toBe(404);
  expect(statusOfAnswer(await ask('/', 'Origin: https://evil.example'))).toBe(403);
  expect(statusOfAnswer(await ask('/stately', 'Origin: https://stately.ai'))).toBe(403);
});

test('what is no HTTP, or too much of it, ends its own connection and nothing else', async () => {
  const { worker, pass } = embedded();
  const inspection = await inspected(worker, { control: true });
  const { url } = inspection;
  await worker.start();
  await pass(1);
  const feed = await watched(inspection);
  await feed.next();
  const long = 'x'.repeat(100_000);
  const big = 'x'.repeat(1_000_000);
  const own = [...CONTROL, 'Origin: http://OURS'];
  const answers = await Promise.all([
    openRaw(url, '\0\x01\x02garbage\r\n\r\n').answer,
    openRaw(url, 'GET\r\n\r\n').answer,
    rawRequest(url, ['GET / HTTP/9.9', 'Host: OURS']),
    rawRequest(url, [...GET, `X-Long: ${long}`]),
    rawRequest(url, [`GET /${long} HTTP/1.1`, 'Host: OURS']),
    rawRequest(url, withLength(own, big), big),
    rawRequest(url, [...own, 'Transfer-Encoding: chunked'], `F4240\r\n${big}\r\n0\r\n\r\n`),
    rawRequest(url, [...own, 'Transfer-Encoding: chunked'], 'zz\r\n'),
    rawRequest(url, [...own, 'Content-Length: 5', 'Content-Length: 6'], 'hello'),
    rawRequest(url, [...own, 'Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
  ]);
  for (const answer of answers) expect(answer === '' || statusOfAnswer(answer) >= 400).toBe(true);
  await pass(300_000);
  await feed.until(() => feed.moment().runs.length === 2);
});

test('a flood of requests and connections slows no run, and its viewers still see each', async () => {
  const { worker, pass } = embedded();
  const inspection = await inspected(worker, { control: true });
  const { url } = inspection;
  await worker.start();
  await pass(1);
  const feed = await watched(inspection);
  await feed.next();
  const text = requestText(url, GET).replace('Connection: close', 'Connection: keep-alive');
  const flooding = Array.from({ length: 60 }, () => openRaw(url, text.repeat(20)));
  const idle = Array.from({ length: 200 }, () => openRaw(url, 'GET / HTTP/1.1\r\nHost:'));
  after(() => {
    for (const { socket } of [...flooding, ...idle]) socket.destroy();
  });
  for (let run = 2; run < 10; run += 1) {
    await pass(300_000);
    await feed.until(() => feed.moment().runs.length === run);
  }
  for (const { socket } of flooding) socket.end();
  const answers = (await Promise.all(flooding.map(({ answer }) => answer))).join('');
  expect(answers).toContain('HTTP/1.1 429 Too Many Requests');
  expect(answers).toContain('retry-after: 1');
  expect(worker.state.lastOutcome).toBe('ok');
});

test('nothing is served by another method, nor where there is nothing', async () => {
  const { url } = await inspected(embedded().worker);
  const status = async (...lines: string[]): Promise<number> =>
    statusOfAnswer(await rawRequest(url, [...lines, 'Host: OURS']));
  expect(await status('POST / HTTP/1.1', 'Content-Length: 0')).toBe(405);
  expect(await status('DELETE /feed HTTP/1.1')).toBe(405);
  expect(await status('GET /control HTTP/1.1')).toBe(405);
  expect(await status('GET /nothing HTTP/1.1')).toBe(404);
  expect(await status('GET /__proto__ HTTP/1.1')).toBe(404);
  expect(await status('GET /../../etc/passwd HTTP/1.1')).toBe(404);
  expect(await status('GET //evil.example/ HTTP/1.1')).toBe(404);
  const head = await rawRequest(url, ['HEAD / HTTP/1.1', 'Host: OURS']);
  expect(statusOfAnswer(head)).toBe(200);
  expect(head).not.toContain('<html');
});
