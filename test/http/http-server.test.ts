import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { textAnswer } from '../../src/http/http-answer.ts';
import { serveRoutes } from '../../src/http/http-routes.ts';
import { createHttpServer } from '../../src/http/http-server.ts';

async function served(maxConnections: number): Promise<{ url: string; open(text: string): Promise<Socket> }> {
  const http = createHttpServer({ maxConnections });
  const hold = new Promise<never>(() => undefined);
  serveRoutes(http.server, {
    '/': { GET: () => textAnswer('here') },
    '/held': { GET: () => hold },
    '/large': { GET: () => textAnswer('x'.repeat(1 << 23)) },
  });
  const url = await http.listen(0, '127.0.0.1');
  onTestFinished(http.close);
  return {
    url,
    open: async (text) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      if (text !== '') socket.write(text);
      return socket;
    },
  };
}

const isOpen = (socket: Socket): boolean => !socket.destroyed && !socket.readableEnded;

test.each([
  ['that says nothing', ''],
  ['that never ends its headers', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: '],
  ['that never reads its answer', 'GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['that never ends its body', 'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx'],
])('a caller %s holds no place that another one needs', async (_, text) => {
  const { url, open } = await served(4);
  for (let count = 0; count < 12; count += 1) await open(text);
  expect(await (await fetch(url)).text()).toBe('here\n');
});

test('whose request is under way keeps its place, and the longest wait gives way first', async () => {
  const { url, open } = await served(3);
  const asking = await open('GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [first, second] = [await open(''), await open('')];
  await expect.poll(async () => (await fetch(url, { headers: { connection: 'close' } })).status).toBe(200);
  first.resume();
  await expect.poll(() => isOpen(first)).toBe(false);
  expect([isOpen(asking), isOpen(second)]).toEqual([true, true]);
});
