import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The bytes, compressed, that an entry loads, by itself and through what it shares, and whether any of it is the fleet's. */
async function loaded(
  entries: Readonly<Record<string, string>>,
  entry: string,
): Promise<{ bytes: number; fleet: string[] }> {
  const built = (await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: {
      target: 'node20',
      write: false,
      minify: false,
      lib: { entry: entries, formats: ['es'] },
      rolldownOptions: {
        external: [
          /^node:/,
          ...Object.keys(manifest.dependencies),
          'bullmq',
          'ioredis',
          'virtual:inspector-page',
        ],
      },
    },
  })) as Rolldown.RolldownOutput[];
  const chunks = new Map(
    built
      .flatMap(({ output }) => output)
      .flatMap((chunk) => (chunk.type === 'chunk' ? [[chunk.fileName, chunk] as const] : [])),
  );
  const reached = new Set<string>();
  const visit = (name: string): void => {
    const chunk = chunks.get(name);
    if (chunk === undefined || reached.has(name)) return;
    reached.add(name);
    for (const next of [...chunk.imports, ...chunk.dynamicImports]) visit(next);
  };
  visit(`${entry}.js`);
  const parts = [...reached].flatMap((name) => chunks.get(name) ?? []);
  // In one order, however they are cut into chunks: the same code in another order takes a hundred bytes more or less.
  const modules = parts.flatMap((part) => Object.entries(part.modules)).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    bytes: gzipSync(modules.map(([, { code }]) => code ?? '').join('')).length,
    fleet: parts.flatMap(({ moduleIds }) => moduleIds.filter((id) => id.includes('/src/fleet/'))),
  };
}

test.for(['index', 'core'])(
  '%s has no code of the fleet, and is as large as without it, but for names of shared parts',
  async (entry) => {
    // Entries that share parts with these two, as the package has them.
    const alone = {
      index: `${root}src/index.ts`,
      core: `${root}src/core.ts`,
      disk: `${root}src/storage/disk/index.ts`,
      infonet: `${root}src/infonet/index.ts`,
      operations: `${root}src/operations/index.ts`,
    };
    const without = await loaded(alone, entry);
    const beside = await loaded({ ...alone, fleet: `${root}src/fleet/index.ts` }, entry);
    expect(beside.fleet).toEqual([]);
    expect(without.bytes).toBeGreaterThan(10_000);
    // Parts that are shared with the fleet are exported and imported by name.
    expect(Math.abs(beside.bytes - without.bytes)).toBeLessThan(100);
  },
);

test('what the fleet needs is optional, and no dependency', () => {
  expect(Object.keys(manifest.dependencies)).not.toContain('bullmq');
  expect(manifest.peerDependenciesMeta).toMatchObject({
    bullmq: { optional: true },
    ioredis: { optional: true },
  });
});
