import { crc32 } from 'node:zlib';
import type { FoundFile } from './read-text.ts';

const NAME = 'checksum';
const END = /,\n {2}"checksum": "crc32-([0-9a-f]{8})"\n\}\n$/;

/**
 * Closes the text of an object, given without its closing brace, with a checksum member. Other programs can ignore the member;
 * a program that copies it and changes something else makes it wrong.
 */
export function withChecksum(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const sum = pieces.reduce((before, piece) => crc32(piece, before), 0);
  return [...pieces, Buffer.from(`,\n  "${NAME}": "crc32-${hex(sum)}"\n}\n`)];
}

/**
 * False if the checksum of a file does not match. A file without a checksum was written by another program, and is accepted.
 *
 * @param value the parsed text
 */
export function isIntact({ text = '', bytes }: FoundFile, value: object): boolean {
  const found = END.exec(text.slice(-100));
  if (found !== null) return found[1] === hex(crc32(bytes.subarray(0, bytes.length - found[0].length)));
  // If the member itself is damaged by one byte, either its name or its value is still recognisable.
  return !Object.entries(value).some(([name, held]) => name === NAME || String(held).startsWith('crc32-'));
}

/** The object without its checksum member. */
export function withoutChecksum(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== NAME));
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
