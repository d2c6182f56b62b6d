import type { ReadableFile } from './chain-file.ts';
import { type ChainLine, readLine } from './chain-line.ts';

/** How far a scan came. */
export interface ScannedTo {
  /** The bytes before the first line that was refused, or of the whole file. */
  readonly bytes: number;
  /** Why it ended there; undefined if it came to the end of the file. */
  readonly problem: string | undefined;
}

const CHUNK_BYTES = 1 << 20;
/** Many times the largest body that is taken of a peer by default; without a limit a file of zeros fills the memory. */
const MAX_LINE_BYTES = 256 << 20;
const NEWLINE = 10;

/**
 * Reads the lines of a file, up to the first that is damaged or refused.
 *
 * @param accept says what is wrong with a line that starts at this byte, or keeps it
 * @param onChunk hears how many bytes were read so far
 */
export async function scanLines(
  file: ReadableFile,
  accept: (line: ChainLine, start: number) => string | undefined,
  onChunk: (bytes: number) => void = () => undefined,
): Promise<ScannedTo> {
  let bytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = await file.read(bytes + rest.length, CHUNK_BYTES);
    if (chunk.length === 0) {
      return { bytes, problem: rest.length > 0 ? 'the file breaks off within it' : undefined };
    }
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (let end = buffer.indexOf(NEWLINE); end >= 0; end = buffer.indexOf(NEWLINE, at)) {
      const line = readLine(buffer.subarray(at, end));
      const problem = 'problem' in line ? line.problem : accept(line, bytes + at);
      if (problem !== undefined) return { bytes: bytes + at, problem };
      at = end + 1;
    }
    bytes += at;
    rest = buffer.subarray(at);
    if (rest.length > MAX_LINE_BYTES) return { bytes, problem: 'it does not end' };
    onChunk(bytes);
  }
}
