import { isUtf8 } from 'node:buffer';

/** How files begin that are written in another Unicode encoding: by their byte order mark, or by the ASCII of any text we read. */
const beginnings: readonly (readonly [encoding: string, pattern: RegExp])[] = [
  ['UTF-32', /^(\xff\xfe\0\0|\0\0\xfe\xff|[^\0]\0\0\0|\0\0\0[^\0])/],
  ['UTF-16', /^(\xff\xfe|\xfe\xff|[^\0]\0|\0[^\0])/],
];

/** The text of a file as {@link utf8Text} gives it; undefined where that throws. */
export function textIfUtf8(bytes: Uint8Array): string | undefined {
  if (refusalOf(bytes) !== undefined) return undefined;
  // A string of ASCII takes half the room that TextDecoder gives it.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString()
    .replace(/^\ufeff/, '');
}

/**
 * The text of a file, without a byte order mark.
 *
 * @throws TypeError naming the encoding, such as UTF-16, as editors and shells of Windows write it
 */
export function utf8Text(bytes: Uint8Array): string {
  const text = textIfUtf8(bytes);
  if (text === undefined) throw new TypeError(`${refusalOf(bytes)}; save it as UTF-8`);
  return text;
}

function refusalOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  const [encoding] = beginnings.find(([, pattern]) => pattern.test(start)) ?? [];
  if (encoding !== undefined) return `it is written in ${encoding}`;
  return isUtf8(bytes) ? undefined : 'its bytes are no UTF-8';
}
