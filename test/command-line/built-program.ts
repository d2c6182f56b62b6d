import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll } from 'vitest';
import config from '../../vite.config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the bin as the package has it, in a folder of its own; gone after the tests. Gives the path of the program. */
export async function buildCommandLine(): Promise<string> {
  const outDir = await realpath(await mkdtemp(join(tmpdir(), 'sync-worker-bin-')));
  afterAll(() => rm(outDir, { recursive: true, force: true }));
  await build({
    ...config,
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      ...config.build,
      license: false,
      outDir,
      emptyOutDir: false,
      rolldownOptions: {
        ...config.build?.rolldownOptions,
        input: { 'sync-worker': join(root, 'src/command-line/main.ts') },
      },
    },
  });
  // What the package depends on is not bundled.
  await symlink(join(root, 'node_modules'), join(outDir, 'node_modules'));
  return join(outDir, 'sync-worker.js');
}
