import { expect, test } from 'vitest';
import { textAnswer } from '../../src/http/http-answer.ts';
import { createHttpServer } from '../../src/http/http-server.ts';
import { Feed } from '../../src/inspect/feed.ts';
import type { InspectorPart } from '../../src/inspect/inspector-part.ts';
import { serveInspector } from '../../src/inspect/routes.ts';
import { useInspections } from './inspection-world.ts';
import { openRaw, rawRequest, statusOfAnswer, upgradeText } from './raw-request.ts';

const { after, takeWarnings } = useInspections();

/** A server with one part, which notes what it is asked. */
async function served(part: Partial<InspectorPart> = {}): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const whole: InspectorPart = {
    path: '/part',
    origins: ['https://viewer.example'],
    viewUrl: (server) => `${server}/part`,
    page: (host) => {
      asked.push(`page at ${host}`);
      return textAnswer('the part');
    },
    upgrade: (request, socket) => {
      asked.push(`upgrade ${request.url}`);
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    },
    add: () => undefined,
    remove: () => undefined,
    close: async () => undefined,
    ...part,
  };
  const none = (): never => {
    throw new Error('there is no worker');
  };
  const feed = new Feed({ now: none, subject: () => undefined, describe: none, overview: none });
  const http = createHttpServer();
  const port = Number(new URL(await http.listen(0, '127.0.0.1')).port);
  after(http.close);
  serveInspector(http, { port, assets: {}, parts: [whole], feed, control: undefined });
  return { url: `http://127.0.0.1:${port}/`, asked };
}

test('a part is asked for its page alone, with the name that the browser knows us by', async () => {
  const { url, asked } = await served();
  const status = async (path: string): Promise<number> =>
    statusOfAnswer(await rawRequest(url, [`GET ${path} HTTP/1.1`, 'Host: OURS']));
  expect(await status('/part')).toBe(200);
  expect(await status('/part?a')).toBe(200);
  expect(await status('/part/a')).toBe(404);
  expect(await status('/parts')).toBe(404);
  expect(await status('/')).toBe(404);
  const page = `page at ${new URL(url).host}`;
  expect(asked).toEqual([page, page]);
});

test('only its own origins and ours open its WebSocket, or what is no browser', async () => {
  const { url, asked } = await served();
  const ask = async (path: string, ...lines: string[]): Promise<number> =>
    statusOfAnswer(await openRaw(url, upgradeText(url, path, ...lines)).answer);
  expect(await ask('/part/ws', 'Origin: https://viewer.example')).toBe(101);
  expect(await ask('/part/ws', 'Origin: http://OURS')).toBe(101);
  expect(await ask('/part/ws')).toBe(101);
  expect(asked).toHaveLength(3);
  expect(await ask('/part/ws', 'Origin: https://evil.example')).toBe(403);
  expect(await ask('/part/ws', 'Origin: http://viewer.example')).toBe(403);
  expect(await ask('/part/ws', 'Origin: https://viewer.example.evil.example')).toBe(403);
  expect(await ask('/part/ws', 'Origin: null')).toBe(403);
  expect(await ask('/part/ws', 'Origin: https://viewer.example', 'Origin: https://evil.example')).toBe(403);
  expect(await ask('/other', 'Origin: https://viewer.example')).toBe(403);
  expect(asked).toHaveLength(3);
});

test('its foreign origins may open its WebSocket and read nothing else', async () => {
  const { url, asked } = await served();
  const lines = ['GET /part HTTP/1.1', 'Host: OURS', 'Origin: https://viewer.example'];
  expect(statusOfAnswer(await rawRequest(url, lines))).toBe(403);
  expect(asked).toEqual([]);
});

test('a part that throws is refused, and affects no other', async () => {
  const broken = (): never => {
    throw new Error('broken');
  };
  const { url } = await served({ page: broken, upgrade: broken });
  const answer = await rawRequest(url, ['GET /part HTTP/1.1', 'Host: OURS']);
  expect(statusOfAnswer(answer)).toBe(500);
  expect(answer).toContain('broken');
  expect(await openRaw(url, upgradeText(url, '/part')).answer).toBe('');
  expect(statusOfAnswer(await rawRequest(url, ['GET / HTTP/1.1', 'Host: OURS']))).toBe(404);
  expect(takeWarnings().map(({ message }) => message)).toEqual(["The inspector's part /part failed"]);
});

test('a part without a WebSocket has none', async () => {
  const { url } = await served({ upgrade: undefined });
  expect(statusOfAnswer(await openRaw(url, upgradeText(url, '/part')).answer)).toBe(404);
});
