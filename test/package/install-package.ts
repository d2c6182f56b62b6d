import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Packs the package in a folder of the checkout; ours is built for it, what is installed is packed as it lies there. */
export async function pack(source: string, into: string): Promise<string> {
  await mkdir(into);
  const options = source === '.' ? [] : ['--ignore-scripts'];
  await runCommand('npm', ['pack', `./${source}`, '--pack-destination', into, ...options], root);
  const [name, ...others] = await readdir(into);
  if (name === undefined || others.length > 0)
    throw new Error(`npm pack left ${[name, ...others].join(', ')}`);
  return join(into, name);
}

/** Makes an otherwise empty project, and installs tarballs into it, all in one go as a user's package.json would. */
export async function installInto(project: string, tarballs: readonly string[]): Promise<string> {
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const options = ['--prefer-offline', '--no-audit', '--no-fund'];
  await runCommand('npm', ['install', ...options, ...tarballs], project);
  return project;
}
