import { answer, pour, type Script, say } from '../scripted-peer.ts';
import { page } from '../sync-answers.ts';
import { type Misbehaviour, row } from './misbehaviour.ts';
import { next } from './next-events.ts';

const [first = ''] = next;

const block = Buffer.alloc(64 * 1024, 0x20);
const status = (line: string, headers: readonly string[] = []): Script =>
  say(answer('{}', { status: line, headers }));
const retry = (...values: readonly string[]): Script =>
  status(
    '429 Too Many Requests',
    values.map((value) => `retry-after: ${value}`),
  );
const limited = (name: string, values: readonly string[], retryAfter: number): Misbehaviour =>
  row(`asks for a wait of ${name}`, retry(...values), 'HTTP 429', { retryAfter });

/** Peers that answer with another status than 200. */
export const statuses: readonly Misbehaviour[] = [
  limited('-5', ['-5'], 0),
  limited('1e3', ['1e3'], 0),
  limited('0x10', ['0x10'], 0),
  limited('1.5', ['1.5'], 2),
  limited('nothing', [''], 0),
  limited('NaN', ['NaN'], 0),
  limited('0', ['0'], 0),
  limited('120', ['120'], 120),
  limited('2^31 ms and more', ['2147484'], 3600),
  limited('a number of 5,000 digits', ['9'.repeat(5000)], 3600),
  limited('digits that are not ASCII', ['\u00b2\u00b3'], 0),
  limited('a date two minutes ahead', ['Tue, 14 Nov 2023 22:15:20 GMT'], 120),
  limited('an asctime date two minutes ahead', ['Tue Nov 14 22:15:20 2023'], 120),
  limited('a date years ahead of us', ['Fri, 14 Nov 2033 22:13:20 GMT'], 3600),
  limited('a date years behind us', ['Thu, 14 Nov 2013 22:13:20 GMT'], 0),
  limited('two headers', ['10', '20'], 20),
  limited('two headers, one of them unreadable', ['soon', '70'], 70),
  limited('a list in one header', ['10, 20'], 20),
  row(
    'is limited and never ends its body',
    say('HTTP/1.1 429 x\r\nretry-after: 77\r\ncontent-length: 9\r\n\r\n{'),
    'HTTP 429',
    { retryAfter: 77 },
  ),
  row(
    'is limited and sends a body without end',
    pour('HTTP/1.1 429 x\r\nretry-after: 78\r\n\r\n', block),
    'HTTP 429',
    { retryAfter: 78 },
  ),
  row(
    'is limited and resets',
    (socket) =>
      socket.write('HTTP/1.1 429 x\r\nretry-after: 79\r\ncontent-length: 9\r\n\r\n{', () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      ),
    'HTTP 429',
    { retryAfter: 79 },
  ),
  row('is down and asks for a wait', status('503 x', ['retry-after: 60']), 'HTTP 503', { retryAfter: 60 }),
  row(
    'fails with a page of HTML',
    say(answer(`<html>${'x'.repeat(9000)}`, { status: '500 x' })),
    /^HTTP 500$/,
  ),
  row(
    'fails with a detail that would move the cursor',
    say(answer(JSON.stringify({ detail: `a\u001b[2J\nb\r${'c'.repeat(999)}` }), { status: '500 x' })),
    'HTTP 500: a [2J b ccc',
  ),
  row(
    'speaks another protocol',
    say(answer('{"ok":false,"detail":"Unsupported protocol_version"}', { status: '426 x' })),
    'HTTP 426: Unsupported protocol_version',
  ),
  row(
    'sends a 100 Continue and a 103 that nobody asked for, with a wait of their own',
    say(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nretry-after: 9\r\n\r\n${answer('{}', { status: '429 x', headers: ['retry-after: 70'] })}`,
    ),
    'HTTP 429',
    { retryAfter: 70 },
  ),
  row('answers 204', say('HTTP/1.1 204 No Content\r\n\r\n'), 'HTTP 204'),
  row('answers 206 with a page', say(answer(page([first]), { status: '206 x' })), 'HTTP 206'),
  row('answers 999', status('999 x'), 'HTTP 999'),
  row('answers 0', status('000 x'), 'the answer is no HTTP'),
  row('redirects to itself', status('301 x', ['location: /api/mesh/infonet/sync']), 'HTTP 301'),
  row('redirects to a file', status('302 x', ['location: file:///etc/passwd']), 'HTTP 302'),
  row('redirects to loopback', status('307 x', ['location: http://127.0.0.1:1/']), 'HTTP 307'),
  row('redirects to loopback for good', status('308 x', ['location: http://[::1]:1/']), 'HTTP 308'),
  row('asks for credentials', status('401 x', ['www-authenticate: Basic realm="x"']), 'HTTP 401'),
];
