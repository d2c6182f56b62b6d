import { expect, test } from 'vitest';
import { utf8Text } from '../../../src/storage/disk/utf8-text.ts';
import { fc } from '../../support/property.ts';

const json = fc.jsonValue().map((value) => JSON.stringify(value, null, 2).replaceAll('\n', '\r\n'));
/** What a text of ours begins with: ASCII, twice. */
const config = json.map((text) => `{\r\n  "a": ${text}\r\n}\r\n`);

test('UTF-8 is taken as it is, with a byte order mark or without', () => {
  fc.assert(
    fc.property(json, fc.boolean(), (text, hasMark) => {
      expect(utf8Text(Buffer.from(hasMark ? `\ufeff${text}` : text))).toBe(text);
    }),
  );
});

test('UTF-16 is named, of either order, with a byte order mark or without', () => {
  fc.assert(
    fc.property(config, fc.boolean(), fc.boolean(), (text, hasMark, isBigEndian) => {
      const bytes = Buffer.from(hasMark ? `\ufeff${text}` : text, 'utf16le');
      if (isBigEndian) bytes.swap16();
      expect(() => utf8Text(bytes)).toThrow('it is written in UTF-16; save it as UTF-8');
    }),
  );
});

test('UTF-32 is named, and other bytes are refused', () => {
  const wide = Uint32Array.from('\ufeff{}', (sign) => sign.codePointAt(0) ?? 0);
  expect(() => utf8Text(new Uint8Array(wide.buffer))).toThrow('it is written in UTF-32');
  expect(() => utf8Text(Buffer.from('{"a":"é"}', 'latin1'))).toThrow('no UTF-8; save it as UTF-8');
});
