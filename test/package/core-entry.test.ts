import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { expect, inject, test } from 'vitest';
import * as source from '../../src/index.ts';

const dist = join(inject('consumer'), 'node_modules', 'infonet-sync-worker', 'dist');
const entry = join(dist, 'index.js');

test('the built entry exports what the source does, and nothing else', async () => {
  const built: Record<string, unknown> = await import(pathToFileURL(entry).href);
  expect(Object.keys(built).toSorted()).toEqual(Object.keys(source).toSorted());
});

/** What a module imports from outside the package, by itself or through what it shares with others. */
async function importsOf(module: string): Promise<string[]> {
  const { importedFiles } = ts.preProcessFile(await readFile(module, 'utf8'), true, true);
  const found = importedFiles.map(({ fileName }) =>
    fileName.startsWith('.') ? importsOf(join(module, '..', fileName)) : [fileName],
  );
  return [...new Set((await Promise.all(found)).flat())];
}

test.each(['index.js', 'core.js'])(
  '%s imports xstate and nothing else, no module of Node either',
  async (name) => {
    expect(await importsOf(join(dist, name))).toEqual(['xstate']);
  },
);

test('the test kit needs no test framework: xstate, Node, and fast-check where the arbitraries are', async () => {
  const isNode = (name: string): boolean => name.startsWith('node:');
  const kit = await importsOf(join(dist, 'testing.js'));
  expect(kit.filter((name) => !isNode(name))).toEqual(['xstate']);
  const arbitraries = await importsOf(join(dist, 'testing-fast-check.js'));
  expect(arbitraries.filter((name) => !isNode(name)).sort()).toEqual(['fast-check', 'xstate']);
});

test('the entries share one class of an error', async () => {
  const load = (name: string): Promise<Record<string, unknown>> =>
    import(pathToFileURL(join(dist, name)).href);
  const [index, core] = [await load('index.js'), await load('core.js')];
  expect(core['PeerSyncRateLimited']).toBe(index['PeerSyncRateLimited']);
});

test.each([
  'index',
  'core',
  'storage/disk/index',
  'infonet/index',
  'operations/index',
  'inspect/index',
  'inspect/stately/index',
  'inspect/classic/index',
  'testing/index',
  'testing/fast-check/index',
  'fleet/index',
])('every public export of src/%s says what it is in its declaration', (entry) => {
  const file = join(dist, 'types', 'src', `${entry}.d.ts`);
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.Node);
  const exported = module === undefined ? [] : checker.getExportsOfModule(module);
  expect(exported).not.toEqual([]);

  const silent = exported.filter((symbol) => {
    // fast-check itself, handed on.
    if (symbol.name === 'fc') return false;
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return target.getDocumentationComment(checker).length === 0;
  });
  expect(silent.map(({ name }) => name)).toEqual([]);
});
