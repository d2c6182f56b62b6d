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

test('the built entry imports xstate and nothing else, no module of Node either', async () => {
  const { importedFiles } = ts.preProcessFile(await readFile(entry, 'utf8'), true, true);
  expect(new Set(importedFiles.map(({ fileName }) => fileName))).toEqual(new Set(['xstate']));
});

test('every public export says what it is in its declaration', () => {
  const file = join(dist, 'types', 'src', 'index.d.ts');
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
  });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.Node);
  const exported = module === undefined ? [] : checker.getExportsOfModule(module);
  expect(exported.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(source)));

  const silent = exported.filter((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return target.getDocumentationComment(checker).length === 0;
  });
  expect(silent.map(({ name }) => name)).toEqual([]);
});
