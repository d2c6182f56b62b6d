import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import equivalents from './equivalent.json' with { type: 'json' };
import { folderOf, folders, isIn } from './folders.ts';
import { type Equivalent, type Judgement, judge, type MutantText, mutantText } from './judge.ts';

/**
 * Changes the code of the rules in one place after the other, and looks whether a test notices. Ends with 1 if one does not,
 * unless `equivalent.json` says why none can.
 *
 * `npm run test:mutation -- src/clock` for some of the folders or files, `--workers 2` for two mutants at a time.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { workers: { type: 'string', default: '1' } },
});
const chosen =
  positionals.length === 0 ? folders : positionals.map((path) => relative('.', path).replaceAll('\\', '/'));
for (const path of chosen) {
  folderOf(path);
  if (!existsSync(path)) throw new RangeError(`${path} does not exist`);
}

// The zone of a process does not change once a thread of it has begun.
process.env['TZ'] = 'Asia/Kathmandu';
const rows: string[] = [];
const judgements: Judgement[] = [];
for (const folder of folders) {
  const paths = chosen.filter((path) => isIn(path, folder));
  if (paths.length === 0) continue;
  const began = performance.now();
  const mutants = await mutate(folder, paths);
  const minutes = (performance.now() - began) / 60_000;
  const killed = mutants.filter(({ status }) => status === 'Killed').length;
  const timeouts = mutants.filter(({ status }) => status === 'Timeout').length;
  const survivors = mutants.filter(({ status }) => status !== 'Killed' && status !== 'Timeout');
  const listed: readonly Equivalent[] = equivalents.filter(({ file }) =>
    paths.some((path) => isIn(file, path)),
  );
  const judgement = judge(
    survivors.map(({ text }) => text),
    listed,
  );
  judgements.push(judgement);
  const { equivalent, survived } = judgement;
  const score = (100 * (killed + timeouts)) / (mutants.length - equivalent.length);
  const figures = [mutants.length, killed, timeouts, equivalent.length, survived.length, score.toFixed(1)];
  rows.push(
    `| ${[paths.map((path) => `\`${path}\``).join(', '), ...figures, minutes.toFixed(0)].join(' | ')} |`,
  );
}

print('| mutated | mutants | killed by a test | by a timeout | equivalent | survived | score, % | minutes |');
print(`|${' --- |'.repeat(8)}`);
rows.forEach(print);
const survived = judgements.flatMap((judgement) => judgement.survived);
const stale = judgements.flatMap((judgement) => judgement.stale);
if (survived.length > 0) print('\nNo test kills these mutants, and equivalent.json does not have them:');
survived.forEach(show);
if (stale.length > 0) print('\nequivalent.json has these, and they did not survive:');
stale.forEach(show);
process.exitCode = survived.length + stale.length > 0 ? 1 : 0;

interface TestedMutant {
  readonly status: string;
  readonly text: MutantText;
}

async function mutate(folder: string, paths: readonly string[]): Promise<TestedMutant[]> {
  const files = paths.flatMap(filesIn);
  // As they are now, whatever is done to them while their mutants are tested.
  const sources = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
  // Read by the configuration of the tests, in a process of its own.
  process.env['MUTATED'] = folder;
  const results = await new Stryker({
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts' },
    mutate: files,
    coverageAnalysis: 'perTest',
    concurrency: Number(values.workers),
    // Not in node_modules, whose modules Vite does not transform.
    tempDirName: 'dist/mutation',
    ignorePatterns: ['dist', 'coverage', '.github', '.ci'],
    // The types are not checked, so that there is nothing to disable.
    disableTypeChecks: false,
    reporters: ['progress-append-only', 'html'],
    htmlReporter: { fileName: `node_modules/.cache/mutation/${folder.replaceAll('/', '-')}.html` },
    // Only an endless loop is to reach it, on a slow machine too.
    timeoutMS: 5_000,
    timeoutFactor: 4,
    thresholds: { high: 100, low: 100, break: null },
  }).runMutationTest();
  return results.map(({ fileName, status, location, replacement }) => {
    const file = relative(process.cwd(), fileName).replaceAll('\\', '/');
    return { status, text: mutantText(file, sources.get(file) ?? '', location, replacement ?? '') };
  });
}

function filesIn(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(path, name));
}

function show(mutant: MutantText): void {
  print(JSON.stringify({ ...mutant, why: undefined }));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
