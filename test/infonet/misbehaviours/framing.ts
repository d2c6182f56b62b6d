import { answer, say } from '../scripted-peer.ts';
import { page } from '../sync-answers.ts';
import { hang, type Misbehaviour, OK, row } from './misbehaviour.ts';
import { idOf, next } from './next-events.ts';

const [first = '', second = ''] = next;
const ENDED = /the peer closed the connection/;
const NO_HTTP = /^the answer is no HTTP: Parse Error/;

const latin = (bytes: Buffer): string => bytes.toString('latin1');
/** Peers whose HTTP is broken. */
export const framing: readonly Misbehaviour[] = [
  row('closes before it is asked', hang, ENDED, { onConnect: (socket) => socket.destroy() }),
  row('resets before it is asked', hang, ENDED, { onConnect: (socket) => socket.resetAndDestroy() }),
  row('closes without an answer', (socket) => socket.end(), ENDED),
  row('resets without an answer', (socket) => socket.resetAndDestroy(), ENDED),
  row('closes within the headers', (socket) => socket.end(`${OK}content-le`), ENDED),
  row(
    'closes before its length is reached',
    (socket) => socket.end(`${OK}content-length: 100\r\n\r\n{"ok"`),
    ENDED,
  ),
  row(
    'closes within a chunk',
    (socket) => socket.end(`${OK}transfer-encoding: chunked\r\n\r\n64\r\n{"ok"`),
    ENDED,
  ),
  row(
    'resets within the body',
    (socket) =>
      socket.write(`${OK}content-length: 100\r\n\r\n{"ok"`, () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      ),
    ENDED,
  ),
  row(
    'cuts its page short by the length it gives',
    say(`${OK}content-length: 40\r\n\r\n${page([first])}`),
    'breaks off',
  ),
  row(
    'gives a length and chunks',
    say(`${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    NO_HTTP,
  ),
  row('gives two lengths', say(`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\n{}x`), NO_HTTP),
  row('gives a negative length', say(`${OK}content-length: -1\r\n\r\n{}`), NO_HTTP),
  row('gives a length that is no number', say(`${OK}content-length: many\r\n\r\n{}`), NO_HTTP),
  row('gives a length beyond a double', say(`${OK}content-length: ${'9'.repeat(400)}\r\n\r\n{}`), NO_HTTP),
  row(
    'sends a chunk whose size is no number',
    say(`${OK}transfer-encoding: chunked\r\n\r\nzz\r\n{}`),
    NO_HTTP,
  ),
  row('answers as HTTP/0.9', (socket) => socket.end('<html>'), NO_HTTP),
  row('answers as HTTP/2', say(latin(Buffer.from('000012040000000000', 'hex'))), NO_HTTP),
  row('answers as TLS', say(latin(Buffer.from('160303007a020000760303', 'hex'))), NO_HTTP),
  row('answers as SSH', say('SSH-2.0-OpenSSH_9.6\r\n'), NO_HTTP),
  row('answers zeros', say('\0'.repeat(1000)), NO_HTTP),
  row('splits its headers with a bare CR', say('HTTP/1.1 200 OK\rx: y\r\r\n\r\n{}'), NO_HTTP),
  row(
    'switches protocols unasked',
    say('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
    'the peer switched to another protocol',
  ),
  row(
    'sends a second answer nobody asked for',
    say(answer(page([first], { head_hash: `"${idOf(first)}"` })) + answer(page([second]))),
    '',
    { outcome: 'ok', kept: 1 },
  ),
];
