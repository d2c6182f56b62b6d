import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runCommand } from './run-command.ts';

/** A program of the README, in the project the package was installed into, in a folder of its own for what it leaves. */
async function example(name: string): Promise<{ folder: string; file: string }> {
  const readme = await readFile(new URL('../../src/worker/README.md', import.meta.url), 'utf8');
  const [, code] = new RegExp(`<!-- example: ${name} -->\\n\`\`\`js\\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
  const folder = await mkdtemp(join(inject('consumer'), `${name}-`));
  const file = `${name}.mjs`;
  await writeFile(join(folder, file), code ?? 'throw new Error("no such example")');
  return { folder, file };
}

const entries = Array.from({ length: 250 }, (_, index) => ({
  id: `e${index + 1}`,
  title: `Title ${index + 1}`,
}));

interface Mirror {
  readonly url: string;
  /** How many milliseconds before the end of its Retry-After it was asked. */
  readonly early: number[];
}

/** A mirror that answers its n-th request with the n-th of these, and all others with entries. */
async function startMirror(...refusals: readonly (number | undefined)[]): Promise<Mirror> {
  const early: number[] = [];
  let allowedAt = 0;
  let asked = 0;
  const server = createServer((request, response) => {
    const now = performance.now();
    if (now < allowedAt) early.push(allowedAt - now);
    const retryAfter = refusals[asked];
    asked += 1;
    if (retryAfter !== undefined) {
      allowedAt = now + retryAfter * 1000;
      response.writeHead(429, { 'retry-after': String(retryAfter) }).end();
      return;
    }
    const after = new URL(request.url ?? '', 'http://mirror').searchParams.get('after');
    const from = entries.findIndex(({ id }) => id === after) + 1;
    response.end(JSON.stringify(entries.slice(from, from + 100)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, early };
}

test('the feed reader prints each entry once, in order, and asks no mirror before its Retry-After', async () => {
  const { folder, file } = await example('feed-reader');
  const mirrors = [
    await startMirror(1, undefined, 1),
    await startMirror(2, undefined, 1),
    await startMirror(1),
  ];
  const reader = spawn(process.execPath, [file, ...mirrors.map(({ url }) => url)], { cwd: folder });
  onTestFinished(() => void reader.kill('SIGKILL'));
  const exited = once(reader, 'exit');
  let said = '';
  reader.stderr.on('data', (data) => {
    said += data;
  });

  const printed: string[] = [];
  for await (const line of createInterface(reader.stdout)) {
    printed.push(line);
    if (printed.length === entries.length) reader.kill('SIGTERM');
  }

  expect(await exited, said).toEqual([0, null]);
  expect(printed).toEqual(entries.map(({ id, title }) => `${id} ${title}`));
  expect(mirrors.flatMap(({ early }) => early)).toEqual([]);
  // All three refused at first: the first run failed, and said what comes next; on a slow machine some waits are over by then.
  expect(said).toMatch(/HTTP 429, rate limited\n/);
  expect(said).toMatch(
    /The last run ended in error at .*: HTTP 429, rate limited; one failure\. The next run is due /,
  );
});

test('one run after another goes on from what the last one saved, and asks nobody before its time', async () => {
  const { folder, file } = await example('run-once');
  const mirror = await startMirror();
  const run = (): Promise<string> => runCommand(process.execPath, [file, mirror.url], folder);
  expect(await run()).toMatch(/^finished ok again at \d{4}-/);
  const { state } = JSON.parse(await readFile(join(folder, 'feed.json'), 'utf8'));
  expect(state.currentHead).toBe('e100');
  expect(await run()).toBe(`waiting ok again at ${new Date(state.nextSyncDueAt * 1000).toISOString()}\n`);
});
