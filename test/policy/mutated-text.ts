import { fc } from '../support/property.ts';

/** What stands between a valid header and a near miss: digits of other scripts, signs, spaces, separators. */
const pieces = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '  ',
    '\t',
    '\n',
    '\u00a0',
    '0',
    '1',
    '9',
    '60',
    '²',
    '٣',
    '+',
    '-',
    '.',
    ',',
    ':',
  ),
  fc.constantFrom('e', 'E', 'x', ';', '/', 'GMT', 'UTC', 'Z', '+0000', 'İ', 'ſ', 'Nov', 'Mon', '\u0000'),
  fc.string({ unit: 'binary', maxLength: 2 }),
);

/** The given texts with up to three pieces replaced, dropped, doubled or put in. */
export function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edits = fc.array(fc.tuple(fc.nat(40), fc.nat(3), pieces), { minLength: 1, maxLength: 3 });
  return fc.tuple(texts, edits).map(([text, all]) =>
    all.reduce((changed, [position, length, piece]) => {
      const at = position % (changed.length + 1);
      return changed.slice(0, at) + piece + changed.slice(at + length);
    }, text),
  );
}
