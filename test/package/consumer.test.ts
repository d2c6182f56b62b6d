import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { runCommand } from './run-command.ts';

const consumer = inject('consumer');

test('a project that brings its own xstate has no second one', async () => {
  const files = await readdir(consumer, { recursive: true });
  const found = files.filter((file) => file.endsWith(join('node_modules', 'xstate', 'package.json')));
  expect(found).toEqual([join('node_modules', 'xstate', 'package.json')]);
});

test('the installed package drives a worker through a good run, a rate limit waited out to the second, and on', async () => {
  const script = join(consumer, 'drive-worker.mjs');
  await copyFile(fileURLToPath(new URL('drive-worker.mjs', import.meta.url)), script);

  const told: unknown = JSON.parse(await runCommand(process.execPath, [script], consumer));

  const start = 1_700_000_000;
  const [started, finished] = [{ type: 'run.started', lastOutcome: 'running' }, { type: 'run.finished' }];
  const limited = { lastOutcome: 'error', lastError: 'HTTP 429, rate limited' };
  expect(told).toMatchObject([
    { ...started, at: 0 },
    { ...finished, at: 0, lastOutcome: 'ok', currentHead: 'a1', nextSyncDueAt: start + 300 },
    { ...started, at: 300 },
    { ...finished, at: 300, ...limited, currentHead: 'a1', nextSyncDueAt: start + 1200 },
    { ...started, at: 1200 },
    { ...finished, at: 1200, lastOutcome: 'ok', currentHead: 'a2', nextSyncDueAt: start + 1500 },
  ]);
});

test('an install brings few packages, for what the command alone needs is bundled', async () => {
  const lock = JSON.parse(await readFile(join(consumer, 'node_modules', '.package-lock.json'), 'utf8'));
  const installed = Object.keys(lock.packages);
  expect(installed).toContain('node_modules/infonet-sync-worker');
  expect(installed.length).toBeLessThanOrEqual(20);
});
