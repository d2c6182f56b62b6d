import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { installInto, pack } from './install-package.ts';
import { runCommand } from './run-command.ts';

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

test.each([
  ['none', undefined],
  ['4', 'node_modules/xstate-v4'],
])(
  'a project with xstate %s of its own installs the package without a conflict, and inspects a worker',
  async (_, own) => {
    const folder = await mkdtemp(join(tmpdir(), 'infonet-sync-worker-xstate-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const others = own === undefined ? [] : [await pack(own, join(folder, 'xstate'))];
    const project = await installInto(join(folder, 'project'), [...others, inject('tarball')]);
    await writeFile(join(project, 'watched.mjs'), script);
    expect(await runCommand(process.execPath, ['watched.mjs'], project)).toBe('h1 200 200 true\n');
    const manifest = async (path: string): Promise<{ version: string }> =>
      JSON.parse(await readFile(join(project, 'node_modules', path, 'package.json'), 'utf8'));
    const ours = own === undefined ? 'xstate' : 'infonet-sync-worker/node_modules/xstate';
    expect((await manifest(ours)).version).toMatch(/^5\./);
  },
);
