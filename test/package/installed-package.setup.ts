import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { runCommand } from './run-command.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed tarball, as it would be published. */
    tarball: string;
    /** An otherwise empty project into which the tarball was installed, beside an xstate of its own. */
    consumer: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds, packs and installs the package once for all tests of this folder. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'infonet-sync-worker-')));
  const remove = (): Promise<void> => rm(folder, { recursive: true });
  try {
    const tarball = await pack('.', join(folder, 'package'));
    provide('tarball', tarball);
    provide('consumer', await install(tarball, join(folder, 'consumer')));
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

async function install(tarball: string, consumer: string): Promise<string> {
  // Packed from what we have: the registry is not asked for it, and it is the very version the other tests ran with.
  const xstate = await pack('node_modules/xstate', `${consumer}-xstate`, '--ignore-scripts');
  await mkdir(consumer);
  await writeFile(join(consumer, 'package.json'), '{ "private": true, "type": "module" }\n');
  const options = ['--prefer-offline', '--no-audit', '--no-fund'];
  await runCommand('npm', ['install', ...options, tarball, xstate], consumer);
  return consumer;
}

async function pack(source: string, into: string, ...options: readonly string[]): Promise<string> {
  await mkdir(into);
  await runCommand('npm', ['pack', `./${source}`, '--pack-destination', into, ...options], root);
  const [name, ...others] = await readdir(into);
  if (name === undefined || others.length > 0)
    throw new Error(`npm pack left ${[name, ...others].join(', ')}`);
  return join(into, name);
}
