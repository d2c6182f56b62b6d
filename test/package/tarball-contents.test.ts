import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const installed = join(inject('consumer'), 'node_modules', 'infonet-sync-worker');

/** All that is shipped: as it is everywhere, without a folder and with forward slashes. */
async function shippedFiles(): Promise<string[]> {
  const entries = await readdir(installed, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(installed, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
}

const isDeclaration = (file: string): boolean => file.startsWith('dist/types/');

const isShared = (file: string): boolean => /^dist\/shared\/[a-z0-9.-]+\.js$/.test(file);

test('the tarball has a module an entry, the command, what they share, their declarations, what operators load, and what a package must have', async () => {
  const others = (await shippedFiles()).filter((file) => !isDeclaration(file) && !isShared(file));
  expect(others).toEqual([
    'LICENSE',
    'README.md',
    'dist/bundled-licenses.md',
    'dist/core.js',
    'dist/disk.js',
    'dist/fleet.js',
    'dist/index.js',
    'dist/infonet.js',
    'dist/inspect-classic.js',
    'dist/inspect-stately.js',
    'dist/inspect.js',
    'dist/operations.js',
    'dist/sync-worker.js',
    'dist/testing-fast-check.js',
    'dist/testing.js',
    'package.json',
    'src/operations/grafana/alerts.yml',
    'src/operations/grafana/dashboard.json',
  ]);
});

test('each declaration in the tarball is that of a module of ours', async () => {
  const declarations = (await shippedFiles()).filter(isDeclaration);
  expect(declarations).toContain('dist/types/src/index.d.ts');

  const strays = declarations.filter((file) => {
    const [, module] = /^dist\/types\/((?:src|machines)\/.+)\.d\.ts$/.exec(file) ?? [];
    return (
      module === undefined ||
      /^src\/(demo|command-line)\//.test(module) ||
      !existsSync(join(root, `${module}.ts`))
    );
  });
  expect(strays).toEqual([]);
});

test('no shipped file names a path of the machine it was built on, or a file that is not shipped', async () => {
  for (const file of await shippedFiles()) {
    const text = await readFile(join(installed, file), 'utf8');
    expect(text, file).not.toContain(root);
    expect(text, file).not.toMatch(/file:\/\/\/\w/);
    expect(text, file).not.toContain('sourceMappingURL');
  }
});

test('what is bundled into the package brings its licence along', async () => {
  const licences = await readFile(join(installed, 'dist/bundled-licenses.md'), 'utf8');
  const named = [...licences.matchAll(/^## (\S+) - /gm)].map(([, name]) => name);
  expect(named).toEqual(
    expect.arrayContaining([
      ...['@statelyai/inspect', 'preact'],
      ...['cockatiel', 'p-retry', '@observablehq/plot', 'linkedom'],
    ]),
  );
});
