import { expect, test } from 'vitest';
import { withoutCredentials } from '../../../src/inspect/viewers/without-credentials.ts';
import { fc } from '../../support/property.ts';

test.each([
  ['http://anna:s3cret@peer.example/sync?at=1#x', 'http://peer.example/sync?at=1#x'],
  ['https://anna@peer.example', 'https://peer.example'],
  ['socks5h://anna:s3cret@127.0.0.1:9050', 'socks5h://127.0.0.1:9050'],
  ['failed: "http://anna:s3cret@a" and ws://anna:s3@cret@b', 'failed: "http://a" and ws://b'],
  ['HTTP:/anna:s3cret@a', 'HTTP:/a'],
  ['http:anna:s3cret@a', 'http:a'],
  ['http:\\\\anna:s3cret@a', 'http:\\\\a'],
  ['//anna:s3cret@a/b', '//a/b'],
  ['http://anna:s3 cret@a', 'http://a/'],
])('%j is shown as %j', (given, shown) => {
  expect(withoutCredentials(given)).toBe(shown);
});

test.each([
  'anna@peer.example',
  'see http://a/@scope/name and b@c',
  '@xstate.snapshot',
  'a: b@c',
  'http://a?b=c@d',
])('%j has no credentials, and stays as it is', (given) => {
  expect(withoutCredentials(given)).toBe(given);
});

const secret = fc
  .string({ unit: fc.constantFrom('a', '7', ':', '@', '%', '.', '!', '$', '&', '~') })
  .map((tail) => `§${tail}`);
const prose = fc.string({
  unit: fc.constantFrom('a', ' ', '/', '@', ':', '"', '?', '\n', 'http://b', 'c@d'),
});

test('no name or password of a URL is left, whatever stands around it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('http', 'wss', 'socks5'),
      secret,
      prose,
      prose,
      (scheme, user, before, after) => {
        expect(withoutCredentials(`${before} ${scheme}://${user}@host/${after}`)).not.toContain('§');
      },
    ),
  );
});

test('a long text takes time in proportion to it', () => {
  for (const piece of ['a', 'http:', '@', 'a@', '//', 'http://']) {
    expect(withoutCredentials(`${piece.repeat(60_000)}@`)).toBeTypeOf('string');
  }
});
