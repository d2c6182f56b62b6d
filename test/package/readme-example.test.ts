import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, inject, onTestFinished, test } from 'vitest';

/** A mirror of a feed. It is overloaded at first, and says when to come back. */
async function startMirror(): Promise<string> {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    if (asked === 1) response.writeHead(429, { 'retry-after': '2' }).end();
    else response.end('[{"id":"e1"}]');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Lines of a program, as they come. */
async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
  if (child.stdout === null) throw new Error('it has no output');
  yield* createInterface({ input: child.stdout });
}

test('the first example of the README runs as it is printed, and prints what the README says', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, code = '', , said = ''] =
    /<!-- example: first -->\n```js\n([\s\S]*?)```([\s\S]*?)```text\n([\s\S]*?)```/.exec(readme) ?? [];
  // Inside the project the package was installed into.
  const folder = await mkdtemp(join(inject('consumer'), 'example-'));
  // With the default policy it would print its second line after a minute.
  const soon = code.replace('peers:', 'policy: { failureBackoffSeconds: 1 }, peers:');
  expect(soon).not.toBe(code);
  await writeFile(join(folder, 'example.mjs'), soon);

  const mirror = await startMirror();
  const child = spawn(process.execPath, ['example.mjs', mirror], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  // '…' stands for a time or a port.
  const expected = said
    .trim()
    .split('\n')
    .map((line) => new RegExp(`^${line.split('…').map(escapeRegExp).join('.*')}$`));
  expect(expected).toHaveLength(2);
  const printed: string[] = [];
  for await (const line of linesOf(child)) {
    printed.push(line);
    if (printed.length === expected.length) break;
  }
  for (const [index, pattern] of expected.entries()) expect(printed[index]).toMatch(pattern);
});

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
