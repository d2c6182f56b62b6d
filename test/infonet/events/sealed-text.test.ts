import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { whyNotSealed } from '../../../src/infonet/events/sealed-text.ts';
import { fc } from '../../support/property.ts';
import { sealed } from '../payloads.ts';

test('a text is taken for sealed if the rules, written in Python 3.11, take it', () => {
  const file = new URL('../../fixtures/python-sealed-texts.json', import.meta.url);
  const verdicts: [string, boolean][] = JSON.parse(readFileSync(file, 'utf8'));
  expect(verdicts.length).toBeGreaterThan(150);
  for (const [text, isTaken] of verdicts)
    expect([text, whyNotSealed(text) === undefined]).toEqual([text, isTaken]);
});

test('readable text in base64 is never taken, and the reason shows none of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 32, maxLength: 200 }), (text) => {
      const reason = whyNotSealed(Buffer.from(text).toString('base64'));
      expect(reason).toBeDefined();
      expect(reason).not.toContain(text);
    }),
  );
});

test('random bytes are always taken, in either alphabet, padded or not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 32, max: 400 }), fc.string(), (bytes, seed) => {
      const text = sealed(bytes, seed);
      const forms = [
        text,
        text.replace(/=+$/, ''),
        text.replaceAll('+', '-').replaceAll('/', '_'),
        ` ${text}\n`,
      ];
      expect(forms.map(whyNotSealed)).toEqual([undefined, undefined, undefined, undefined]);
    }),
  );
});
