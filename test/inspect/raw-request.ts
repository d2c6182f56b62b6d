import { connect, type Socket } from 'node:net';

/** A connection that sends what it likes. */
export interface RawConnection {
  readonly socket: Socket;
  /** All that came, once the server closed. */
  readonly answer: Promise<string>;
}

export function openRaw(url: string, text: string): RawConnection {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(text);
  const answer = (async (): Promise<string> => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    await new Promise((resolve) => socket.once('close', resolve));
    return Buffer.concat(chunks).toString();
  })();
  return { socket, answer };
}

/** The head of a request for a WebSocket. */
export function upgradeText(url: string, path: string, ...lines: readonly string[]): string {
  const websocket = [
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  const text = requestText(url, [`GET ${path} HTTP/1.1`, 'Host: OURS', ...websocket, ...lines]);
  return text.replace('Connection: close', 'Connection: Upgrade');
}

/** Head lines and a body, as they go over the wire; `OURS` stands for the server's own name. */
export function requestText(url: string, lines: readonly string[], body = ''): string {
  const { host } = new URL(url);
  const head = lines.map((line) => line.replaceAll('OURS', host)).join('\r\n');
  return `${head}\r\nConnection: close\r\n\r\n${body}`;
}

/** What the server answers to that, whole. */
export function rawRequest(url: string, lines: readonly string[], body = ''): Promise<string> {
  return openRaw(url, requestText(url, lines, body)).answer;
}

export function statusOfAnswer(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? Number.NaN);
}
