import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { checkOnionAddress } from '../../src/infonet/onion-address.ts';
import { fc } from '../support/property.ts';

/** Two addresses of the Tor project, in the form of version 3. */
const REAL = [
  '2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion',
  'duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion',
];

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** As rend-spec-v3 has it, written once more and in another way. */
function addressOf(key: Uint8Array, version = 3): string {
  const tail = Buffer.from([version]);
  const checksum = createHash('sha3-256').update('.onion checksum').update(key).update(tail).digest();
  const bits = [...key, ...checksum.subarray(0, 2), ...tail]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return `${(bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('')}.onion`;
}

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });

test.each([
  ...REAL,
  `www.${REAL[0]}`,
  `${REAL[1]?.toUpperCase()}.`,
  'peer.example',
  'onion',
  'a.onion.example',
])('%s passes', (host) => expect(() => checkOnionAddress(host)).not.toThrow());

test('the address of any key passes, and with any one letter changed it does not', () => {
  fc.assert(
    fc.property(keys, fc.nat(55), fc.integer({ min: 1, max: 31 }), (key, at, by) => {
      const address = addressOf(key);
      expect(() => checkOnionAddress(address)).not.toThrow();
      const letter = ALPHABET[(ALPHABET.indexOf(address[at] ?? '') + by) % 32];
      const typo = `${address.slice(0, at)}${letter}${address.slice(at + 1)}`;
      expect(() => checkOnionAddress(typo)).toThrow(/is mistyped: its checksum does not fit; allowed is/);
    }),
  );
});

test.each([
  ['abcdefghijklmnop.onion', 'is of version 2, which Tor gave up in 2021'],
  [`${'a'.repeat(55)}.onion`, 'has the wrong length or letters (55 of them)'],
  [`${'1'.repeat(56)}.onion`, 'has the wrong length or letters'],
  ['.onion', 'has the wrong length or letters (0 of them)'],
  [addressOf(new Uint8Array(32), 4), 'is mistyped'],
])('%s is refused', (host, reason) => expect(() => checkOnionAddress(host)).toThrow(reason));
