import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runCommand } from './run-command.ts';

const consumer = inject('consumer');
const needs = (name: string): string =>
  `a fleet needs the package ${name}, which is not installed; install it with: npm install bullmq ioredis`;

/** What a program prints that opens a fleet, in this folder of the project. */
async function openIn(folder: string): Promise<unknown> {
  const script = join(folder, 'open-fleet.mjs');
  await writeFile(
    script,
    `import { createFleet } from 'infonet-sync-worker/fleet';
const fleet = createFleet({ connection: 'redis://127.0.0.1:1', sync: () => ({ head: '' }) });
fleet.on('fault', ({ error }) => console.log(JSON.stringify({ fault: error.message })));
const said = await fleet.open().catch(({ name, code, message }) => ({ name, code, message }));
await fleet.work().stop();
await fleet.close();
console.log(JSON.stringify(said));`,
  );
  return (await runCommand(process.execPath, [script], folder))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('without bullmq and ioredis the entry of the fleet loads, and says what to install once it is used', async () => {
  const message = needs('ioredis');
  expect(await openIn(consumer)).toEqual([
    { fault: message },
    { name: 'FleetError', code: 'not_installed', message },
  ]);
});

test('where one of the two is there, the other one is named', async () => {
  const ioredis = join(consumer, 'node_modules', 'infonet-sync-worker', 'node_modules', 'ioredis');
  onTestFinished(() => rm(join(ioredis, '..'), { recursive: true }));
  await mkdir(ioredis, { recursive: true });
  await writeFile(
    join(ioredis, 'package.json'),
    '{ "name": "ioredis", "type": "module", "exports": "./index.js" }',
  );
  await writeFile(join(ioredis, 'index.js'), 'export class Redis {}');
  expect(await openIn(consumer)).toMatchObject([{ fault: needs('bullmq') }, { message: needs('bullmq') }]);
});

test.for([['status'], ['add', 'feed-7'], ['why', 'feed-7'], ['doctor']])(
  'sync-worker fleet %s says so too',
  async (args) => {
    const command = join(consumer, 'node_modules', '.bin', 'sync-worker');
    await expect(runCommand(command, ['fleet', ...args], consumer)).rejects.toMatchObject({
      message: expect.stringMatching(
        /error: a fleet needs the package (?:bullmq|ioredis), which is not installed; install it with: npm install bullmq ioredis\n$/,
      ),
      cause: { code: 2 },
    });
  },
);
