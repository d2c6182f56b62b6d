import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { canonicalJson, isJsonObject, JsonRefused } from '../../../src/infonet/json/json-value.ts';
import { readJson } from '../../../src/infonet/json/read-json.ts';
import { fc } from '../../support/property.ts';

const read = (text: string) => readJson(Buffer.from(text));
const canonical = (text: string): string => canonicalJson(read(text));

/** Text whose every string is whole: half a surrogate pair cannot be written as UTF-8. */
const jsonText = fc.json({ stringUnit: 'binary', maxDepth: 4 });

/** The same by another way: plain objects, and Python's order by code points spelled out. */
function model(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(model).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const points = (key: string): string =>
    [...key].map((char) => (char.codePointAt(0) ?? 0).toString(16).padStart(6, '0')).join('');
  const keys = Object.keys(value).sort((a, b) => (points(a) < points(b) ? -1 : 1));
  const held: Record<string, unknown> = { ...value };
  return `{${keys.map((key) => `${JSON.stringify(key)}:${model(held[key])}`).join(',')}}`;
}

test('any JSON becomes what the engine reads in it, sorted by code points and without white space', () => {
  fc.assert(
    fc.property(jsonText, fc.constantFrom(undefined, 1, '\t'), (text, space) => {
      // Numbers are the one thing that is not respelled, so they come in as the engine spells them.
      const parsed: unknown = JSON.parse(text);
      fc.pre(!text.includes('"__proto__"') && !text.includes('-0'));
      expect(canonical(JSON.stringify(parsed, undefined, space))).toBe(model(parsed));
    }),
  );
});

test('any bytes are read as the engine reads them, or refused with JsonRefused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        jsonText,
        jsonText.map((text) => text.slice(0, -1)),
      ),
      (text) => {
        let ours: string | undefined;
        try {
          ours = canonical(text);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonRefused);
        }
        if (ours !== undefined) expect(() => JSON.parse(text)).not.toThrow();
      },
    ),
  );
});

test.each([
  '5.0',
  '-0',
  '1E3',
  '1e-07',
  '0.10',
  '12345678901234567890',
  '9'.repeat(400),
  '1795248943.4179769',
])('the number %s keeps its spelling', (spelling) =>
  expect(canonical(`{"b": [${spelling}], "a": ${spelling}}`)).toBe(`{"a":${spelling},"b":[${spelling}]}`),
);

test('keys are sorted by code points, where UTF-16 units would give another order', () => {
  expect(canonical('{"😀": 1, "～": 2, "a": 3}')).toBe('{"a":3,"～":2,"😀":1}');
});

test('non-ASCII and slashes stay, and control characters are escaped as Python escapes them', () => {
  expect(canonical(String.raw`"caf\u00e9 \/ \u0001\u007f\b\f\n\r\t \u2028"`)).toBe(
    `"café / ${String.raw`\u0001`}\u007f${String.raw`\b\f\n\r\t`} \u2028"`,
  );
});

test('a key called __proto__ is a key like any other', () => {
  const value = read('{"__proto__": {"polluted": true}}');
  expect(isJsonObject(value) && value.has('__proto__')).toBe(true);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test.each([
  ['', 'breaks off'],
  ['{"a": 1', 'breaks off'],
  ['"a', 'breaks off'],
  ['[1,]', 'wrong at character 3'],
  ['{"a" 1}', 'wrong at'],
  ['{a: 1}', 'wrong at'],
  ['01', 'wrong at'],
  ['.5', 'wrong at'],
  ['+1', 'wrong at'],
  ['NaN', 'wrong at'],
  ['nul', 'wrong at'],
  ['1 2', 'wrong at'],
  ['\ufeff{}', 'wrong at'],
  ['"\u0001"', 'wrong at'],
  ['"\\x"', 'wrong at'],
  ['{"a": 1, "a": 1}', 'same key twice'],
  [String.raw`{"a": 1, "\u0061": 1}`, 'same key twice'],
  [String.raw`"\ud83d"`, 'surrogate'],
  [String.raw`"\ude80\ud83d"`, 'surrogate'],
  ['1e999', 'beyond a double'],
  [`-1${'0'.repeat(400)}.0`, 'beyond a double'],
  ['['.repeat(100_000), 'nested more than 1000 deep'],
  ['{"a":'.repeat(100_000), 'nested more than 1000 deep'],
  [`[${'{},'.repeat(1_000_000)}{}]`, 'more values'],
])('%.40s is refused: %s', (text, reason) => {
  expect(() => read(text)).toThrow(new RegExp(reason));
});

test.each([[0xff], [0xc0, 0xaf], [0x22, 0xed, 0xa0, 0x80, 0x22]])(
  'bytes that are no UTF-8 are refused',
  (...bytes) => {
    expect(() => readJson(Uint8Array.from(bytes))).toThrow('no UTF-8');
  },
);

test('what Python wrote in any order is what Python writes with keys sorted', () => {
  // Pairs of texts by CPython's json.dumps: as it came, and with sort_keys, no white space and ensure_ascii=False.
  const file = new URL('../../fixtures/python-canonical-json.json', import.meta.url);
  const pairs: [string, string][] = JSON.parse(readFileSync(file, 'utf8'));
  expect(pairs.length).toBe(60);
  for (const [given, sorted] of pairs) expect(canonical(given)).toBe(sorted);
});
