import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import ours from '../../package.json' with { type: 'json' };
import { installInto, pack } from './install-package.ts';
import { runCommand } from './run-command.ts';
import { typeErrors } from './type-errors.ts';

/** Runs a worker once, with every way to watch it, and says how that ended. */
const script = `
import { createSyncWorker } from 'infonet-sync-worker';
import { inspectWorker } from 'infonet-sync-worker/inspect';
import { classicInspector } from 'infonet-sync-worker/inspect/classic';
import { statelyInspector } from 'infonet-sync-worker/inspect/stately';

const worker = createSyncWorker({ sync: () => ({ head: 'h1' }), peers: ['http://a.example'] });
const inspection = await inspectWorker(worker, { parts: [statelyInspector(), classicInspector()] });
await worker.start();
await worker.waitFor('ok');
const pages = [inspection.url, inspection.partUrls[0]];
const answers = await Promise.all(pages.map(async (url) => (await fetch(url)).status));
console.log(worker.state.currentHead, ...answers, new URL(inspection.partUrls[1]).searchParams.has('server'));
await worker.stop();
await inspection.close();
`;

/** Uses the chart itself: its types are XState's. */
const typed = `
import { createSyncWorkerMachine, type SyncWorkerActor } from 'infonet-sync-worker/core';
import { createActor } from 'xstate';

const machine = createSyncWorkerMachine({ sync: () => ({ head: 'h1' }) });
export const actor: SyncWorkerActor = createActor(machine, { input: { peers: ['http://a.example'] } });
actor.on('run.finished', ({ state }) => state.currentHead.trim());
export const isWaiting: boolean = actor.getSnapshot().matches('ok');
// @ts-expect-error No such state.
actor.getSnapshot().matches('sleeping');
`;

/** A project with xstate of its own beside the package, and the xstate that the package finds there. */
async function projectWith(own: string | undefined): Promise<{ project: string; versions: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'infonet-sync-worker-xstate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const others = own === undefined ? [] : [await pack(own, join(folder, 'xstate'))];
  const project = await installInto(join(folder, 'project'), [...others, inject('tarball')]);
  const files = await readdir(project, { recursive: true });
  const manifests = files.filter((file) => file.endsWith(join('node_modules', 'xstate', 'package.json')));
  const versions = manifests.map(
    async (file): Promise<string> => JSON.parse(await readFile(join(project, file), 'utf8')).version,
  );
  return { project, versions: (await Promise.all(versions)).toSorted() };
}

async function runWatched(project: string): Promise<string> {
  await writeFile(join(project, 'watched.mjs'), script);
  return runCommand(process.execPath, ['watched.mjs'], project);
}

test('a project without xstate gets the newest, and inspects a worker', async () => {
  const { project, versions } = await projectWith(undefined);
  expect(versions).toEqual([expect.stringMatching(/^5\./)]);
  expect(await runWatched(project)).toBe('h1 200 200 true\n');
});

test('a project with xstate 4 has a second one inside the package, without a conflict', async () => {
  const { project, versions } = await projectWith('node_modules/xstate-v4');
  expect(versions).toEqual([expect.stringMatching(/^4\./), expect.stringMatching(/^5\./)]);
  expect(await runWatched(project)).toBe('h1 200 200 true\n');
});

// The newest stands beside the package in the project that all the other tests here use.
test('a project with the lowest xstate that we allow keeps that one alone, and its types and the worker hold', async () => {
  const { project, versions } = await projectWith('node_modules/xstate-lowest');
  expect(`^${versions.join()}`).toBe(ours.dependencies.xstate);
  expect(await runWatched(project)).toBe('h1 200 200 true\n');
  await writeFile(join(project, 'typed.ts'), typed);
  expect(typeErrors([join(project, 'typed.ts')])).toEqual([]);
});
