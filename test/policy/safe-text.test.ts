import { describe, expect, test } from 'vitest';
import { safeText, safeValue } from '../../src/policy/safe-text.ts';
import { fc } from '../support/property.ts';

/** Nothing, or our own sign; slashes the wrong way round before it are no secret. */
const HIDDEN = /^(?:(?:%5C|%20)*\*\*\*)?$/;

/** What is still readable as a URL with credentials, wherever in the text it begins and ends. */
function credentialsIn(text: string): string[] {
  const found: string[] = [];
  for (const { index } of text.matchAll(/[a-z]/gi)) {
    for (let end = index + 1; end <= text.length; end += 1) {
      const part = text.slice(index, end);
      const url = URL.canParse(part) ? new URL(part) : undefined;
      if (url === undefined) continue;
      if (!HIDDEN.test(url.username) || !HIDDEN.test(url.password)) found.push(part);
    }
  }
  return found;
}

/** Texts full of the signs that URLs are made of, with the blanks that URL parsers pass over. */
const sign = fc.constantFrom(
  ...[
    ':',
    '://',
    '//',
    '/',
    '\\',
    '@',
    '?',
    '#',
    '…',
    '%40',
    '[',
    ']',
    'http',
    'user',
    'pa ss',
    's3cret',
    'é',
    '0',
    '.',
  ],
  ...[' ', '\t', '\n', '\r', '\u0000', '\u200b', '\u2028', '"', "'", '<'],
);
const signs = fc.array(sign, { maxLength: 5 }).map((parts) => parts.join(''));
const urlish = fc
  .tuple(
    signs,
    fc.constantFrom('http', 'HTTPS', 'ws', 'ftp', 'redis', 'x', ''),
    signs,
    fc.constantFrom(':', ''),
    signs,
  )
  .map(([before, scheme, start, colon, end]) => `${before}${scheme}:${start}${colon}${end}@h`)
  .chain((text) => signs.map((after) => text + after));

const secret = fc.string({ minLength: 4, maxLength: 20, unit: 'binary' }).map((text) => `S3CRET${text}`);

describe('credentials of URLs', () => {
  test('are in no text that comes through, whatever it is and however it spells them', () => {
    fc.assert(
      fc.property(fc.oneof(urlish, fc.string({ maxLength: 40, unit: 'binary' })), (text) => {
        expect(credentialsIn(safeText(text))).toEqual([]);
      }),
    );
  });

  test('are gone from a URL that a parser takes, in the midst of any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), secret, fc.string(), (before, user, password, after) => {
        const url = `https://${user}:${password}@peer.example/`;
        fc.pre(URL.canParse(url) && new URL(url).password !== '');
        expect(safeText(`${before}${url}${after}`)).not.toContain('S3CRET');
      }),
    );
  });

  test.each([
    ['http://user:pass@peer.example/path', 'http://***@peer.example/path'],
    ['asking https://token@peer.example failed', 'asking https://***@peer.example failed'],
    ['http://u:p@ss@peer.example', 'http://***@peer.example'],
    ['http://u:p/ss?w@peer.example', 'http://***@peer.example'],
    ['HTTP:\\\\u:p@peer.example', 'HTTP:\\\\***@peer.example'],
    ['http:u:p@peer.example', 'http:***@peer.example'],
    ['ht\ntp://u:p\tw@peer.example', 'ht tp://***@peer.example'],
    ['redis://:s3cret@10.0.0.1:6379/0', 'redis://***@10.0.0.1:6379/0'],
    ['//u:p@peer.example', '//***@peer.example'],
    ['http://peer.example/x?token=s3cret&y', 'http://peer.example/x?***'],
    ['"https://a.example/#s3cret", then', '"https://a.example/?***", then'],
    // No "@" after a sign that ends what a parser takes for credentials.
    ['a:? @', 'a:? @'],
    ['a:# @', 'a:# @'],
    ['a::/@', 'a:***@'],
    [': :?@', ': ***@'],
    ['aaa/@', 'aaa/@'],
    // A query is hidden in a URL alone, from its first sign on, and only if there is something in it.
    ['aaa?a', 'aaa?a'],
    ['aa ?a', 'aa ?a'],
    ['http://a b?c', 'http://a b?c'],
    ['aa:/?', 'aa:/?'],
    ['a:/??', 'a:/?***'],
    [':/?: a', ':/?*** a'],
    [':/?"?a', ':/?"?a'],
  ])('%j becomes %j', (text, safe) => expect(safeText(text)).toBe(safe));

  test.each([
    'connect ECONNREFUSED 127.0.0.1:8080',
    'http://[::1]:80/a/b is it?',
    'HTTP 429, rate limited: wait',
  ])('a text without any stays as it is: %j', (text) => expect(safeText(text)).toBe(text));
});

describe('a text becomes one line that is safe to show', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u009b1;31mred', 'red'],
    ['a\u001b[?25lb\u001b[>4;2mc', 'a b c'],
    ['a\u001b[1 qb', 'a b'],
    ['a\u001b(Bb', 'a b'],
    ['a\u001bcb', 'a b'],
    ['a\u001b', 'a'],
    ['a\r\n\tb', 'a b'],
    ['a  b', 'a b'],
    ['a  ', 'a'],
    ['a \u202e', 'a'],
    [' a ', 'a'],
    ['\ta', 'a'],
    ['a\u202eb\u2066c', 'a b c'],
    ['caf\u00e9', 'caf\u00e9'],
    ['', ''],
  ])('%j becomes %j', (text, safe) => expect(safeText(text)).toBe(safe));

  test.each([
    { text: 'abcdef', max: 6, safe: 'abcdef' },
    { text: 'abcdefg', max: 6, safe: 'abcde…' },
    { text: 'ab\tdef', max: 6, safe: 'ab def' },
    { text: 'ab\tdefg', max: 6, safe: 'ab de…' },
    { text: '😀😀😀', max: 4, safe: '😀…' },
    { text: '😀😀😀', max: 5, safe: '😀😀…' },
    // What is cut first has room for what is taken out: four times as much, and no more.
    { text: '\t\t\t\t\t\t\tab', max: 2, safe: 'a' },
    { text: '\t\t\t\t\t\t\t\tab', max: 2, safe: '' },
  ])('$text of at most $max characters: $safe', ({ text, max, safe }) => {
    expect(safeText(text, max)).toBe(safe);
  });
});

test('no text that comes through moves a cursor, forges a line or turns the reading around', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(safeText(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('a text is cut where it is too long, and stays well-formed', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 1, max: 50 }),
      (text, most) => {
        const safe = safeText(text, most);
        expect(safe.length).toBeLessThanOrEqual(most);
        expect(Buffer.from(safe).toString()).toBe(safe);
      },
    ),
  );
});

test('a very long text with very many colons is read in no time to speak of', () => {
  expect(safeText(`${':'.repeat(1_000_000)}@`)).toHaveLength(2000);
});

test('all strings of a value are made safe, the names of its fields too, and nothing else is touched', () => {
  const value = { 'a\nb': ['http://u:p@h/', { c: 'x\u001b[2J' }], d: 1, e: null, f: true };
  expect(safeValue(value)).toEqual({ 'a b': ['http://***@h/', { c: 'x' }], d: 1, e: null, f: true });
});
