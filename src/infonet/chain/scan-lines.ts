import type { ReadableFile } from './chain-file.ts';
import { type ChainLine, readLine } from './chain-line.ts';

/** How far a scan got. */
export interface ScannedTo {
  /** The number of bytes before the first refused line, or of the whole file. */
  readonly bytes: number;
  /** Why it stopped there; undefined if it reached the end of the file. */
  readonly problem: string | undefined;
}

const CHUNK_BYTES = 1 << 20;
/** Far above the size of any event. Without a limit, a file of zeros would fill the memory. */
const MAX_LINE_BYTES = 64 << 20;
const NEWLINE = 10;

/**
 * Reads the lines of a file up to the first that is damaged or refused.
 *
 * @param accept returns what is wrong with a line that starts at this byte, or undefined to accept it
 * @param onChunk is called with the number of bytes read so far
 */
export async function scanLines(
  file: ReadableFile,
  accept: (line: ChainLine, start: number) => string | undefined,
  onChunk: (bytes: number) => void = () => undefined,
): Promise<ScannedTo> {
  let bytes = 0;
  for (let length = CHUNK_BYTES; length <= MAX_LINE_BYTES; ) {
    const chunk = await file.read(bytes, length);
    let at = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      const line = readLine(chunk.subarray(at, end));
      const problem = 'problem' in line ? line.problem : accept(line, bytes + at);
      if (problem !== undefined) return { bytes: bytes + at, problem };
      at = end + 1;
    }
    bytes += at;
    onChunk(bytes);
    if (at === chunk.length && at < length) return { bytes, problem: undefined };
    if (at === 0 && chunk.length < length) return { bytes, problem: 'the file breaks off within it' };
    length = at === 0 ? 2 * length : CHUNK_BYTES;
  }
  return { bytes, problem: 'it does not end' };
}
