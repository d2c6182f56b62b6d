import { deflateRawSync, gzipSync } from 'node:zlib';
import { answer, pour, type Script, say } from '../scripted-peer.ts';
import { page } from '../sync-answers.ts';
import { LATE, type Misbehaviour, OK, row } from './misbehaviour.ts';
import { idOf, next } from './next-events.ts';

const [first = ''] = next;

const block = Buffer.alloc(64 * 1024, 0x20);
const packed = (encoding: string, body: Buffer): Script =>
  say(answer(body, { headers: [`content-encoding: ${encoding}`] }));
const latin = (bytes: Buffer): string => bytes.toString('latin1');
const answerBytes = (bytes: Buffer): Script =>
  say(`${OK}content-length: ${bytes.length}\r\n\r\n${latin(bytes)}`);

/** Peers that send more than anybody asked for. */
export const large: readonly Misbehaviour[] = [
  row(
    'sends a body without end, in chunks',
    pour(
      `${OK}transfer-encoding: chunked\r\n\r\n`,
      Buffer.concat([Buffer.from('10000\r\n'), block, Buffer.from('\r\n')]),
    ),
    'a body above 262144 bytes',
  ),
  row('sends a body without end and without a length', pour(`${OK}\r\n`, block), 'a body above 262144 bytes'),
  row(
    'promises a terabyte and begins',
    pour(`${OK}content-length: 1099511627776\r\n\r\n`, block),
    'a body above 262144 bytes',
  ),
  row('sends one byte too many', say(answer(' '.repeat(256 * 1024 + 1))), 'a body above 262144 bytes'),
  row('sends a gzip bomb', packed('gzip', gzipSync(Buffer.alloc(50_000_000))), 'a packed body'),
  row('packs its body with deflate', packed('deflate', deflateRawSync(page([first]))), 'a packed body'),
  row('packs its body with br, gzip', packed('br, gzip', Buffer.from('x')), 'a packed body'),
  row(
    'says that nothing is packed',
    packed('none, Identity', Buffer.from(page([first], { head_hash: `"${idOf(first)}"` }))),
    '',
    {
      outcome: 'ok',
      kept: 1,
    },
  ),
  row('packs its body and does not say so', answerBytes(gzipSync(page([first]))), 'no UTF-8'),
  row('sends 10,000 headers', say(`${OK}${'x: y\r\n'.repeat(10_000)}\r\n`), /header/i),
  row('sends one header of a megabyte', say(`${OK}x: ${'y'.repeat(1_000_000)}\r\n\r\n`), /header/i),
  row('sends headers as fast as they are taken', pour(OK, Buffer.from('x: y\r\n'.repeat(1000))), /header/i),
  row(
    'sends 103 Early Hints as fast as they are taken',
    pour('', Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(500))),
    LATE,
  ),
  row(
    'sends a chunk extension without end',
    pour(`${OK}transfer-encoding: chunked\r\n\r\n1;`, block),
    /no HTTP|no whole answer/,
  ),
  row(
    'sends trailers without end',
    pour(`${OK}transfer-encoding: chunked\r\n\r\n0\r\n`, Buffer.from('x: y\r\n'.repeat(1000))),
    /header|no whole answer/i,
  ),
];
