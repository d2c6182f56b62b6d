import type { Socket } from 'node:net';
import { say, trickle } from '../scripted-peer.ts';
import { hang, LATE, type Misbehaviour, OK } from './misbehaviour.ts';

/** Peers that answer too late or never. */
export const late: readonly Misbehaviour[] = (
  [
    ['never answers', hang],
    ['takes the connection and reads nothing', hang, (socket: Socket) => socket.pause()],
    ['stops after the status line', say(OK)],
    ['stops within the headers', say(`${OK}content-le`)],
    ['stops before the body', say(`${OK}content-length: 100\r\n\r\n`)],
    ['sends its status line a byte at a time', trickle('', (index) => `${OK}x`[index] ?? 'x')],
    ['sends headers for ever, one at a time', trickle(OK, 'x: y\r\n')],
    ['sends its body a byte at a time', trickle(`${OK}content-length: 100000\r\n\r\n{`, ' ')],
    ['sends chunks of a byte', trickle(`${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n')],
    ['sends white space in front of its JSON for ever', trickle(`${OK}\r\n`, ' ')],
    ['never ends the last chunk', say(`${OK}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n`)],
    ['sends 103 Early Hints for ever, slowly', trickle('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')],
    ['sends 102 Processing for ever', trickle('', 'HTTP/1.1 102 Processing\r\n\r\n', 1)],
    [
      'says a whole 200 that belongs to no body, and no end',
      say('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{'),
    ],
  ] as const
).map(([name, script, onConnect]) => ({
  name,
  script,
  ...(onConnect === undefined ? {} : { onConnect }),
  outcome: 'error',
  error: LATE,
}));
