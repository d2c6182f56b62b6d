/** The part of `process.stdout` that is used here. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  hasColors?(env?: Readonly<Record<string, string | undefined>>): boolean;
  write(text: string): unknown;
}

/** Lines that stay, and on a terminal a last line that is rewritten in place. */
export interface LineOutput {
  print(line: string): void;
  /** Rewrites the last line; nothing where the output is no terminal. */
  live(text: string): void;
  /** Takes the last line away. */
  clear(): void;
  readonly inColour: boolean;
  /** Room for text in a line; Infinity where the output is no terminal. */
  width(): number;
}

const ERASE_LINE = '\r\u001b[2K';

export function createLineOutput(
  stream: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
): LineOutput {
  const isTerminal = stream.isTTY === true;
  const canRewrite = isTerminal && env['TERM'] !== 'dumb';
  const width = (): number => (isTerminal ? stream.columns || 80 : Number.POSITIVE_INFINITY);
  let drawn = '';

  const clear = (): void => {
    if (drawn !== '') stream.write(ERASE_LINE);
    drawn = '';
  };
  return {
    print: (line) => {
      // One write, so that nothing can come between the two.
      stream.write(`${drawn === '' ? '' : ERASE_LINE}${line}\n`);
      drawn = '';
    },
    live: (text) => {
      if (!canRewrite) return;
      // One column stays free: a full line would wrap, and a wrapped one cannot be erased.
      const fitting = Array.from(text)
        .slice(0, Math.max(0, width() - 1))
        .join('');
      if (fitting === drawn) return;
      stream.write(`${drawn === '' ? '' : ERASE_LINE}${fitting}`);
      drawn = fitting;
    },
    clear,
    inColour: isTerminal && (stream.hasColors?.(env) ?? false),
    width,
  };
}
