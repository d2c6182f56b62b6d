import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, inject, test } from 'vitest';
import { runCommand } from './run-command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tarball = inject('tarball');

test('publint has nothing to say of the tarball', async () => {
  const bytes = new Uint8Array(await readFile(tarball)).buffer;
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: bytes } });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('the types of the tarball are found by every resolver, the oldest one too', async () => {
  const attw = fileURLToPath(import.meta.resolve('@arethetypeswrong/cli/package.json')).replace(
    'package.json',
    'dist/index.js',
  );
  // A CommonJS module may require it from Node 20.19 on.
  const options = ['--ignore-rules', 'cjs-resolves-to-esm', '--no-definitely-typed', '--format', 'json'];
  const report: unknown = JSON.parse(await runCommand(process.execPath, [attw, tarball, ...options], root));
  expect(report).toMatchObject({ analysis: { packageName: 'infonet-sync-worker' } });
});
