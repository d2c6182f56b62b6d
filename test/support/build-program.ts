import { chmod, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Bundles a program of the tests, with all it needs, into one file that a plain Node runs. Gone after the tests.
 *
 * @param external what it finds installed instead
 */
export async function buildProgram(
  entry: string,
  external: readonly (string | RegExp)[] = [],
): Promise<string> {
  const outDir = await realpath(await mkdtemp(join(tmpdir(), 'sync-worker-program-')));
  // Some programs run as another user.
  await chmod(outDir, 0o755);
  afterAll(() => rm(outDir, { recursive: true, force: true }));
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      target: 'node20',
      lib: { entry: { program: join(root, entry) }, formats: ['es'], fileName: () => 'program.mjs' },
      outDir,
      emptyOutDir: false,
      rolldownOptions: { external: [/^node:/, ...external] },
      minify: false,
    },
  });
  if (external.length > 0) await symlink(join(root, 'node_modules'), join(outDir, 'node_modules'));
  return join(outDir, 'program.mjs');
}
