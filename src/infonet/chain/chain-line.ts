import { hash } from 'node:crypto';
import { isPrivateType } from '../protocol.ts';

/**
 * A line of `events.log`: the first 16 hex digits of the SHA-256 of the event's text, a space, and the text as sent over
 * the wire. An event's id covers neither its signature nor its key; the checksum covers all of it. Node has a built-in
 * CRC only since 22.2, and a CRC in JavaScript takes twice as long as SHA-256.
 */
export interface ChainLine {
  readonly id: string;
  readonly prevHash: string;
  readonly type: string;
  readonly nodeId: string;
  readonly sequence: number;
  /** The bytes of the event's text. */
  readonly text: Buffer;
}

const CHECKSUM_DIGITS = 16;
/** The fields `eventText` writes first. This part of the text is ASCII and at most `MAX_BEGINNING` bytes long. */
const BEGINNING =
  /^\{"event_id":"([0-9a-f]{64})","prev_hash":"([0-9a-f]{64})","event_type":"([a-z0-9_]{1,64})","node_id":"(!sb_[0-9a-f]{32})","sequence":([1-9][0-9]{0,15}),/;
const MAX_BEGINNING = 384;

/** The line of an event, with its newline. */
export function writeLine(text: string): Buffer {
  return Buffer.from(`${checksum(text)} ${text}\n`);
}

/** Parses a line without its newline; or says what is wrong with it. */
export function readLine(line: Buffer): ChainLine | { readonly problem: string } {
  const text = line.subarray(CHECKSUM_DIGITS + 1);
  if (line.toString('latin1', 0, CHECKSUM_DIGITS + 1) !== `${checksum(text)} `) {
    return { problem: 'its checksum does not match' };
  }
  const [, id, prevHash, type, nodeId, sequence] =
    BEGINNING.exec(text.toString('latin1', 0, MAX_BEGINNING)) ?? [];
  if (!id || !prevHash || !type || !nodeId) return { problem: 'it is no event' };
  return { id, prevHash, type, nodeId, sequence: Number(sequence), text };
}

/** The event of a line as a log entry. */
export function entryOf({ id, type, text }: ChainLine): { id: string; text: string; isPrivate: boolean } {
  return { id, text: text.toString(), isPrivate: isPrivateType(type) };
}

function checksum(text: string | Buffer): string {
  return hash('sha256', text).slice(0, CHECKSUM_DIGITS);
}
