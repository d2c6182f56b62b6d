import { describe, expect, test } from 'vitest';
import { folderOf, isIn, testsOf } from './folders.ts';
import { judge, type MutantText, mutantText } from './judge.ts';

const mutant: MutantText = { file: 'src/a.ts', line: 'return a <= b;', code: 'a <= b', replacement: 'a < b' };
const entry = { ...mutant, why: 'a and b are never equal' };

describe('a survivor', () => {
  test('that is listed is equivalent', () => {
    expect(judge([mutant], [entry])).toEqual({ equivalent: [mutant], survived: [], stale: [] });
  });

  test.each(['file', 'line', 'code', 'replacement'] as const)('with another %s is not', (field) => {
    const other = { ...mutant, [field]: 'another' };
    expect(judge([other], [entry])).toEqual({ equivalent: [], survived: [other], stale: [entry] });
  });

  test('of the same text as another needs an entry of its own', () => {
    expect(judge([mutant, mutant], [entry])).toEqual({ equivalent: [mutant], survived: [mutant], stale: [] });
    expect(judge([mutant, mutant], [entry, entry]).survived).toEqual([]);
  });
});

test('an entry is stale once its mutant is killed or gone', () => {
  expect(judge([], [entry])).toEqual({ equivalent: [], survived: [], stale: [entry] });
});

describe('the text of a mutant', () => {
  const source = 'function f() {\n  if (a <= b) {\n    g();\n  }\n}\n';

  test('is that of its line, its code and what replaces it', () => {
    const location = { start: { line: 2, column: 7 }, end: { line: 2, column: 13 } };
    expect(mutantText('src/a.ts', source, location, 'a < b')).toEqual({
      file: 'src/a.ts',
      line: 'if (a <= b) {',
      code: 'a <= b',
      replacement: 'a < b',
    });
  });

  test('holds code of several lines as one', () => {
    const location = { start: { line: 2, column: 15 }, end: { line: 4, column: 4 } };
    expect(mutantText('src/a.ts', source, location, '{}').code).toBe('{ g(); }');
  });
});

describe('a path', () => {
  test('that is mutated is a folder or lies in one, and has its tests', () => {
    expect(folderOf('src/policy')).toBe('src/policy');
    expect(folderOf('machines/sync-worker.machine.ts')).toBe('machines');
    expect(testsOf('src/policy')[0]).toBe('test/policy/');
  });

  test('that is not is refused', () => {
    expect(() => folderOf('src/policy-of-others')).toThrow(
      'allowed is src/policy, src/clock, src/schedule, machines',
    );
  });

  test('is in a folder, and not in one whose name begins alike', () => {
    expect(isIn('src/policy/a.ts', 'src/policy')).toBe(true);
    expect(isIn('src/policy-2/a.ts', 'src/policy')).toBe(false);
  });
});
