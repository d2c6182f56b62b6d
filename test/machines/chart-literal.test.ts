import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { syncWorkerMachine } from '../../src/worker/sync-worker-machine.ts';
import { chartDefinition, listed } from '../support/chart-definition.ts';
import { type FoundMachine, findMachine, namesIn, readLiteral, writesIn } from './chart-source.ts';

// Stately's extension for VS Code and other editors read the syntax tree of a machine file. What is not a literal there they
// do not see: no helper, no spread and no name may stand for a state, a transition or a delay.

const folder = fileURLToPath(new URL('../../machines/', import.meta.url));
const parse = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
const source = parse(`${folder}sync-worker.machine.ts`);
const { config, setup } = findMachine(source);

describe('the chart', () => {
  const read = readLiteral(config);
  const found = chartDefinition(read);

  test('is one literal: what a parser finds in the file is the whole definition', () => {
    expect(read).toEqual(JSON.parse(JSON.stringify(syncWorkerMachine.config)));
    const defined = chartDefinition(syncWorkerMachine.config);
    expect(found.transitions.map(({ id }) => id)).toEqual(defined.transitions.map(({ id }) => id));
  });

  test('is small enough to be read as a picture', () => {
    expect(found.states).toHaveLength(9);
    expect(found.transitions.length).toBeLessThanOrEqual(45);
    expect(found.transitions.length).toBeGreaterThan(30);
  });

  test('says of every state what it means, and whether it waits or runs', () => {
    for (const { path, config: state } of found.states) {
      expect(state['description'], path).toMatch(/^[A-Z].{10,}\.$/);
      expect(state['tags'], path).toBe(path.startsWith('running') ? 'running' : 'waiting');
    }
  });

  test('names every guard, action and delay, and the setup has these and no others', () => {
    const { states, transitions } = found;
    const actions = [
      ...transitions.flatMap((transition) => transition.actions),
      ...states.flatMap(({ config: { entry, exit } }) => [...listed(entry), ...listed(exit)]),
    ];
    const delays = states.flatMap(({ config: { after } }) => Object.keys(after ?? {}));
    const guards = transitions.flatMap(({ guard }) => guard ?? []);
    for (const [kind, used] of Object.entries({ actions, delays, guards }))
      expect(new Set(used), kind).toEqual(new Set(namesIn(setup, kind)));
  });
});

describe('a machine is not a literal', () => {
  const machine = (text: string): FoundMachine =>
    findMachine(
      ts.createSourceFile('m.ts', `setup({}).createMachine({ ${text} });`, ts.ScriptTarget.Latest, true),
    );

  test.each([
    ['a spread', 'states: { ...common }'],
    ['a name in place of a state', 'states: { a: stateOf }'],
    ['a shorthand', 'states: { a }'],
    ['a helper', "states: { a: waiting('backoff') }"],
    ['a name in place of a target', 'on: { GO: { target: there } }'],
    ['a choice', "on: { GO: { target: isEven ? 'a' : 'b' } }"],
    ['a computed key', "after: { [delay]: { target: 'a' } }"],
    ['a number in place of a delay', "after: { 1000: { target: 'a' } }"],
    ['an inline guard', "on: { GO: { guard: () => true, target: 'a' } }"],
    ['an inline action', 'on: { GO: { actions: [() => undefined] } }'],
    ['a template', 'on: { GO: { target: `a` } }'],
    ['a cast', "on: { GO: { target: 'a' as string } }"],
    ['a method', 'states: { a() {} }'],
    ['a function in a state', 'states: { a: { context: () => 1 } }'],
    ['a flag that is not true', "on: { GO: { target: 'a', reenter: false } }"],
  ])('with %s', (_, text) => {
    expect(() => readLiteral(machine(text).config)).toThrow('m.ts:1: not a literal');
  });

  test('but may have functions for its context and the input of an actor', () => {
    const text = "context: () => ({}), states: { a: { invoke: { src: 'x', input: () => 1 } } }";
    expect(readLiteral(machine(text).config)).toEqual({ states: { a: { invoke: { src: 'x' } } } });
  });
});

describe('guards and delays', () => {
  test.each(['guards', 'delays'])(
    '%s only read: they assign nothing, and ask neither the time nor for chance',
    (kind) => {
      expect(writesIn(setup, kind)).toEqual([]);
    },
  );

  test.each([
    ['an assignment', '({ context }) => (seen = context.at) > 0'],
    ['an assignment to a field', '({ context }) => { context.at = 1; return true; }'],
    ['a count', '() => calls++ > 0'],
    ['a deletion', '({ context }) => delete context.run'],
    ['the time', '({ context }) => now() > context.at'],
    ['chance', '() => random() > 0.5'],
    ['a change of a list', '({ context }) => context.peers.push(1) > 0'],
  ])('%s in a guard is found', (_, guard) => {
    const text = `setup({ guards: { isDue: ${guard} } }).createMachine({});`;
    const file = ts.createSourceFile('m.ts', text, ts.ScriptTarget.Latest, true);
    expect(writesIn(findMachine(file).setup, 'guards')).toHaveLength(1);
  });
});

describe('time and chance come in from outside', () => {
  const files = reachableFrom(
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => folder + name),
  );

  test('what a machine imports is ours or XState, and nothing of Node', () => {
    expect(files.size).toBeGreaterThan(10);
    const packages = [...files.values()]
      .flatMap((file) => importsOf(file))
      .filter((name) => !name.startsWith('.'));
    expect(new Set(packages)).toEqual(new Set(['xstate']));
    expect([...files.keys()].filter((path) => /\/src\/(clock|worker|storage)\//.test(path))).toEqual([]);
  });

  test('nothing of it reads a clock, sets a timer or draws a number', () => {
    const system =
      /\b(Date\.now|Math\.random|performance\.|process\.|crypto\.|setTimeout|setInterval|setImmediate|Date\(\))/;
    for (const [path, file] of files) expect(withoutComments(file), path).not.toMatch(system);
  });
});

/** The files that these import as values, and those that they import. */
function reachableFrom(
  paths: readonly string[],
  files = new Map<string, ts.SourceFile>(),
): Map<string, ts.SourceFile> {
  for (const path of paths.filter((one) => !files.has(one))) {
    const file = parse(path);
    files.set(path, file);
    const ours = importsOf(file).filter((name) => name.startsWith('.'));
    reachableFrom(
      ours.map((name) => fileURLToPath(new URL(name, `file://${path}`))),
      files,
    );
  }
  return files;
}

function importsOf({ statements }: ts.SourceFile): string[] {
  return statements.flatMap((statement) => {
    const isImport =
      ts.isImportDeclaration(statement) &&
      statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword;
    const isExport = ts.isExportDeclaration(statement) && !statement.isTypeOnly;
    const from = isImport || isExport ? statement.moduleSpecifier : undefined;
    return from !== undefined && ts.isStringLiteral(from) ? [from.text] : [];
  });
}

function withoutComments(file: ts.SourceFile): string {
  return ts.createPrinter({ removeComments: true }).printFile(file);
}
