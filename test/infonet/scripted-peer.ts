import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** What a peer does with a connection on which a whole request has come in. */
export type Script = (socket: Socket, request: ReceivedRequest) => void;

export interface ReceivedRequest {
  /** 0 for the first of this peer. */
  readonly index: number;
  readonly head: string;
  readonly body: string;
}

/** A peer on a bare socket, free to break every rule. */
export interface ScriptedPeer {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  close(): Promise<void>;
}

export interface ScriptedPeerOptions {
  readonly script: Script;
  /** Done with each connection before anything was asked. */
  readonly onConnect?: ((socket: Socket) => void) | undefined;
}

export async function startScriptedPeer({ script, onConnect }: ScriptedPeerOptions): Promise<ScriptedPeer> {
  const sockets = new Set<Socket>();
  const requests: ReceivedRequest[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The one who asks hangs up on us: that is what is being tested.
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      const request = { index: requests.length, head: text.slice(0, end), body: text.slice(end + 4) };
      text = '';
      requests.push(request);
      script(socket, request);
    });
    onConnect?.(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted peer got no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface AnswerOptions {
  readonly status?: string;
  readonly headers?: readonly string[];
}

/** A well-formed answer. */
export function answer(
  body: string | Buffer,
  { status = '200 OK', headers = [] }: AnswerOptions = {},
): string {
  const bytes = Buffer.from(body);
  const lines = [
    `HTTP/1.1 ${status}`,
    `Content-Length: ${bytes.length}`,
    'Content-Type: application/json',
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${bytes.toString('latin1')}`;
}

/** Sends text whose every character is one byte. */
export function say(text: string): Script {
  return (socket) => socket.write(text, 'latin1');
}

/** Sends a piece every few milliseconds, for ever. */
export function trickle(start: string, piece: string | ((index: number) => string), everyMs = 5): Script {
  return (socket) => {
    socket.write(start, 'latin1');
    let index = 0;
    const timer = setInterval(() => {
      socket.write(typeof piece === 'string' ? piece : piece(index), 'latin1');
      index += 1;
    }, everyMs);
    socket.on('close', () => clearInterval(timer));
  };
}

/** Sends a piece again and again, as fast as it is taken. */
export function pour(start: string, piece: Buffer): Script {
  return (socket) => {
    socket.write(start, 'latin1');
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', more);
    more();
  };
}
