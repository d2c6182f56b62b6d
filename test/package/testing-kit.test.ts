import { mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { runCommand } from './run-command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = await readFile(join(root, 'src/testing/README.md'), 'utf8');

/** A project beside the packed package, with every file of the guide in it as it is printed. */
async function guideProject(): Promise<string> {
  const folder = await mkdtemp(join(inject('consumer'), 'guide-'));
  for (const [, name = '', code = ''] of readme.matchAll(/<!-- file: (\S+) -->\n```js\n([\s\S]*?)```/g)) {
    await writeFile(join(folder, name), code);
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

const folder = await guideProject();
// What a user installs beside the package; ours are the versions that everything else here runs with.
for (const name of ['fast-check', 'pure-rand', 'vitest', 'vite']) {
  await symlink(join(root, 'node_modules', name), join(inject('consumer'), 'node_modules', name)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}

/** Node 24 has `await using`; before it the example is run with the line that the guide says in its place. */
async function withoutUsing(name: string): Promise<void> {
  const file = join(folder, name);
  const code = await readFile(file, 'utf8');
  await writeFile(file, code.replaceAll('await using', 'const'));
}

const env = { PROPERTY_RUNS: '30' };

test('the example and the properties of the guide run under node:test', async () => {
  if (Number(process.versions.node.split('.')[0]) < 24) await withoutUsing('example.test.mjs');
  const files = ['example.test.mjs', 'properties.test.mjs', 'ports.test.mjs'];
  const said = await runCommand(process.execPath, ['--test', ...files], folder, env);
  expect(said).toMatch(/# fail 0/);
});

test('its vitest file runs under vitest', async () => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const options = ['run', '--root', folder, '--config', 'none', 'kit.vitest.mjs'];
  await writeFile(join(folder, 'none'), '');
  await writeFile(
    join(folder, 'vitest.config.mjs'),
    "export default { test: { include: ['kit.vitest.mjs'] } };\n",
  );
  const said = await runCommand(
    process.execPath,
    [vitest, ...options.filter((option) => option !== '--config' && option !== 'none')],
    folder,
    env,
  );
  expect(said).toMatch(/1 passed/);
});

test('its Jest file runs under Jest', async () => {
  // Installed as a user does, and not into this project: it would bring more packages than all the rest here.
  await writeFile(
    join(folder, 'package.json'),
    '{ "type": "module", "jest": { "transform": {}, "testMatch": ["**/kit.jest.mjs"] } }',
  );
  await runCommand(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-save', 'jest@30'],
    folder,
  );
  const jest = join(folder, 'node_modules/jest/bin/jest.js');
  const said = await runCommand(process.execPath, ['--experimental-vm-modules', jest], folder, env);
  expect(said).toBeDefined();
});

test('the gate of its workflow lets through what we ship', async () => {
  const [, line = ''] = /run: (npx sync-worker simulate .*)/.exec(readme) ?? [];
  const said = await runCommand('sh', ['-c', line], folder);
  expect(said).toContain('ours');
});

const hasSqlite = process.getBuiltinModule?.('node:sqlite') !== undefined;

test('its storage on node:sqlite holds all that a storage must', async ({ skip }) => {
  if (!hasSqlite) skip(`node:sqlite is not in Node ${process.versions.node}: the recipe was NOT run`);
  const said = await runCommand(process.execPath, ['--test', 'sqlite.test.mjs'], folder, env);
  expect(said).toMatch(/# fail 0/);
});
