import { expect, test } from 'vitest';
import { parseExact, printExact } from '../../../src/storage/disk/exact-json.ts';
import { expectEqual } from '../../support/cheap-expect.ts';
import { fc } from '../../support/property.ts';

/** A JSON value in which every number is its spelling, and the text that it stands for. */
interface Spelled {
  readonly text: string;
  /** With each number as `{ "#": spelling }`. */
  readonly value: unknown;
}

const digits = fc.stringMatching(/^\d{0,25}$/);
const number: fc.Arbitrary<Spelled> = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constantFrom('0', '1', '1760000000000000001', '9007199254740993'),
      fc.stringMatching(/^[1-9]\d{0,25}$/),
    ),
    fc.oneof(
      fc.constantFrom('', '.0', '.5'),
      digits.map((some) => (some === '' ? '' : `.${some}`)),
    ),
    fc.constantFrom('', 'e5', 'E+2', 'e-7', 'e400'),
  )
  .map((parts) => ({ text: parts.join(''), value: { '#': parts.join('') } }));

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('5.0', '"5.0"', '\\', '\\"', '\u0000', '__proto__', '1760000000000000001'),
);

const { any } = fc.letrec<{ any: Spelled; list: Spelled; object: Spelled }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    number,
    fc.oneof(text, fc.boolean(), fc.constant(null)).map((value) => ({ text: JSON.stringify(value), value })),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('any'), { maxLength: 4 }).map((items) => ({
    text: `[ ${items.map((item) => item.text).join(' ,')}]`,
    value: items.map(({ value }) => value),
  })),
  object: fc
    .uniqueArray(fc.tuple(text, tie('any')), { selector: ([key]) => key, maxLength: 4 })
    .map((entries) => ({
      text: `{${entries.map(([key, held]) => `${JSON.stringify(key)}:\n${held.text}`).join(', ')}}`,
      value: Object.fromEntries(entries.map(([key, { value }]) => [key, value])),
    })),
}));

/** The same view of any JSON text, by a reader that knows nothing of ours. */
function spelled(json: string): unknown {
  const parts = json.match(/"(?:[^"\\]|\\.)*"|[^"]+/gs) ?? [];
  const marked = parts.map((part) =>
    part.startsWith('"') ? part : part.replace(/-?\d[\d.eE+-]*/g, (token) => `{"#":"${token}"}`),
  );
  return JSON.parse(marked.join(''));
}

test('every number is written as it was spelled, and everything else as it was', () => {
  fc.assert(
    fc.property(any, (json) => {
      expectEqual(spelled(printExact(parseExact(json.text).exact)), spelled(json.text));
      expectEqual(spelled(json.text), json.value);
    }),
  );
});

test('the plain value is what JSON.parse reads', () => {
  fc.assert(fc.property(any, (json) => expectEqual(parseExact(json.text).plain, JSON.parse(json.text))));
});

test('what JSON.parse refuses is refused, also where only a number is wrong', () => {
  for (const wrong of ['', '01', '[1.]', '[-]', '{"a":1e}', '[0x10]', '[1.2.3]', '"\u0000"', 'NaN']) {
    expect(() => parseExact(wrong), wrong).toThrow(SyntaxError);
  }
});
