import { crc32 } from 'node:zlib';
import type { FoundFile } from './read-text.ts';

const NAME = 'checksum';
const END = /,\n {2}"checksum": "crc32-([0-9a-f]{8})"\n\}\n$/;

/**
 * Ends the text of an object, that is given without its closing brace, with a member that tells whether a byte of it has
 * changed since. Other programs read past it; one that carries it along and changes something else makes it wrong.
 */
export function withChecksum(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const sum = pieces.reduce((before, piece) => crc32(piece, before), 0);
  return [...pieces, Buffer.from(`,\n  "${NAME}": "crc32-${hex(sum)}"\n}\n`)];
}

/**
 * False if a file has a checksum that is not its own. One without any was written by somebody else, and is believed.
 *
 * @param value what the text says
 */
export function isIntact({ text = '', bytes }: FoundFile, value: object): boolean {
  const found = END.exec(text.slice(-100));
  if (found !== null) return found[1] === hex(crc32(bytes.subarray(0, bytes.length - found[0].length)));
  // A changed byte in the member itself leaves either its name or its value.
  return !Object.entries(value).some(([name, held]) => name === NAME || String(held).startsWith('crc32-'));
}

/** An object of a file without its checksum. */
export function withoutChecksum(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== NAME));
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
