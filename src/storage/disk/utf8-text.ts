import { isUtf8 } from 'node:buffer';

/** How files in other Unicode encodings begin: with a byte order mark, or with the ASCII that starts every text we read. */
const beginnings: readonly (readonly [encoding: string, pattern: RegExp])[] = [
  ['UTF-32', /^(\xff\xfe\0\0|\0\0\xfe\xff|[^\0]\0\0\0|\0\0\0[^\0])/],
  ['UTF-16', /^(\xff\xfe|\xfe\xff|[^\0]\0|\0[^\0])/],
];

/** Like {@link utf8Text}, but undefined instead of an error. */
export function textIfUtf8(bytes: Uint8Array): string | undefined {
  if (refusalOf(bytes) !== undefined) return undefined;
  // This way an ASCII string takes half the memory that it takes from TextDecoder.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString()
    .replace(/^\ufeff/, '');
}

/**
 * The text of a file, without a byte order mark.
 *
 * @throws TypeError that names the encoding, such as the UTF-16 of Windows editors and shells
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
