import { isUtf8 } from 'node:buffer';
import { trimmed } from './field-kinds.ts';

const MIN_BYTES = 8;
/** Below this neither the share of printable bytes nor the entropy says anything. */
const JUDGED_BYTES = 32;
const MAX_PRINTABLE = 0.9;
const MIN_ENTROPY_BITS = 2.5;

/**
 * Why a text cannot be sealed bytes in base64, by the reference's rules; undefined if it can.
 *
 * Base64 of either alphabet, padded or not; the bits behind the last byte may be set. `=` behind a full group is taken as
 * Python 3.11 and 3.12 do, which run the reference.
 */
export function whyNotSealed(text: string): string | undefined {
  const bytes = decode(trimmed(text));
  if (bytes === undefined) return 'is no base64';
  if (bytes.length < MIN_BYTES) return `holds ${bytes.length} bytes; a sealed text has at least ${MIN_BYTES}`;
  if (bytes.length < JUDGED_BYTES) return undefined;
  if (bytes.filter(isPrintable).length / bytes.length > MAX_PRINTABLE && isUtf8(bytes)) {
    return 'holds readable text, which is not sealed';
  }
  if (entropyOf(bytes) < MIN_ENTROPY_BITS) return 'holds bytes too regular to be sealed';
  return undefined;
}

function decode(text: string): Buffer | undefined {
  const [, data = '', padding = ''] = /^([A-Za-z0-9+/_-]+)(=*)$/.exec(text) ?? [];
  const over = data.length % 4;
  if (data === '' || over === 1) return undefined;
  if (over !== 0 && padding.length > 4 - over) return undefined;
  return Buffer.from(data, 'base64');
}

function isPrintable(byte: number): boolean {
  return (byte >= 32 && byte <= 126) || byte === 9 || byte === 10 || byte === 13;
}

/** Shannon's, in bits a byte. */
function entropyOf(bytes: Uint8Array): number {
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / bytes.length) * Math.log2(count / bytes.length);
  return bits;
}
