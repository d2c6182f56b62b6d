import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A viewer that may do anything a WebSocket can. */
export interface RawViewer {
  readonly socket: WebSocket;
  /** What it was sent, as it stands. */
  readonly texts: string[];
  /** The close code, once it is closed. */
  readonly closed: Promise<number>;
  /** Waits until what was sent is so. */
  until(isSo: (texts: readonly string[]) => boolean): Promise<void>;
}

/** @throws what the server refuses it with */
export async function openViewer(url: string, origin?: string): Promise<RawViewer> {
  const socket = new WebSocket(url, origin === undefined ? {} : { origin });
  const texts: string[] = [];
  let looks: (() => void)[] = [];
  socket.on('message', (data) => {
    texts.push(String(data));
    for (const look of looks) look();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve);
  });
  await once(socket, 'open');
  socket.on('error', () => undefined);
  return {
    socket,
    texts,
    closed,
    until: (isSo) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isSo(texts)) return;
          looks = looks.filter((other) => other !== look);
          resolve();
        };
        looks.push(look);
        look();
      }),
  };
}
