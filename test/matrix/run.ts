import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cases } from './cases.ts';
import { run } from './shell.ts';

/**
 * Tries the packed package wherever Node code is run, compiled, bundled, tested and installed, one thing after the other, and
 * prints a table for people. `npm run test:matrix -- bun yarn` tries what has one of these words in its name.
 * Downloads what it tries; ends with 1 if any of it fails.
 */
const words = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = cases.filter(({ group, name }) => {
  const whole = `${group} ${name}`.toLowerCase();
  return words.length === 0 || words.some((word) => whole.includes(word));
});
if (chosen.length === 0) {
  throw new RangeError(
    `no case has ${words.join(' or ')} in its name; there is ${cases.map(({ name }) => name).join(', ')}`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'sync-worker-matrix-'));
const failures: { readonly what: string; readonly message: string }[] = [];
try {
  await run('.', 'npm', ['pack', '--pack-destination', folder]);
  const [name = ''] = await readdir(folder);
  const bench = { folder, tarball: join(folder, name) };
  process.stdout.write('| | what | result |\n| --- | --- | --- |\n');
  for (const one of chosen) {
    const result = await one.try(bench).catch((error: unknown) => {
      failures.push({
        what: `${one.group}, ${one.name}`,
        message: error instanceof Error ? error.message : String(error),
      });
      return undefined;
    });
    const text = result === undefined ? '**fails**' : `works (${result})`;
    process.stdout.write(`| ${one.group} | ${one.name} | ${text} |\n`);
  }
} finally {
  await rm(folder, { recursive: true });
}
for (const { what, message } of failures) process.stdout.write(`\n${what}\n${message}\n`);
process.stdout.write(`\n${chosen.length - failures.length} passed, ${failures.length} failed\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
