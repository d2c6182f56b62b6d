import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { runCommand } from './run-command.ts';

test('the embedding example of the README runs as it is printed, and prints what the README says', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, code, , said] =
    /<!-- example: embed -->\n```js\n([\s\S]*?)```([\s\S]*?)```text\n([\s\S]*?)```/.exec(readme) ?? [];
  // Inside the project the package was installed into, in a folder of its own for the data it leaves.
  const folder = await mkdtemp(join(inject('consumer'), 'example-'));
  await writeFile(join(folder, 'example.mjs'), code ?? '');

  const printed = await runCommand(process.execPath, ['example.mjs'], folder);

  // '…' stands for a time or a port.
  const lines = (said ?? '').trim().split('\n');
  expect(lines.length).toBe(4);
  const patterns = lines.map((line) => line.split('…').map(escapeRegExp).join('.*'));
  expect(printed).toMatch(new RegExp(`^${patterns.join('\n')}\n$`));
});

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
