import { expect, test } from 'vitest';
import { pageAssets } from '../../../src/inspect/page/page-assets.ts';
import { syncWorkerMachine } from '../../../src/worker/sync-worker-machine.ts';

const bodyOf = (path: string): string => pageAssets[path]?.body ?? expect.unreachable(`no ${path}`);

test('the page is small', () => {
  const bytes = Object.values(pageAssets).map(({ body }) => Buffer.byteLength(body));
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(100_000);
});

test('the page is the same wherever the project lies', () => {
  for (const { body } of Object.values(pageAssets)) expect(body).not.toContain(process.cwd());
});

test('the page names no other server, and has no style and no script in its markup', () => {
  for (const { body } of Object.values(pageAssets)) {
    const urls = body.match(/\b(?:https?|wss?):\/\/[^\s"'`)]+/g) ?? [];
    expect(urls.filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual([]);
  }
  const html = bodyOf('/');
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! type="module" src="page\.js"><)/);
  expect(html).toContain(`<title>The statechart ${syncWorkerMachine.id}</title>`);
});

test('every id of the page stands there once', () => {
  const ids = [...bodyOf('/').matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
});
