import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { safeValue } from '../../policy/safe-text.ts';

/** From what level on lines are written; each has those after it too. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** How lines are written: one JSON object each, or for people. */
export const logFormats = ['json', 'pretty'] as const;
export type LogFormat = (typeof logFormats)[number];

/** The part of `process.stdout` or `process.stderr` that is used here. */
export interface LogStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface LoggerOptions {
  /** @default 'json' */
  readonly format?: LogFormat | undefined;
  /** @default 'info' */
  readonly level?: LogLevel | undefined;
  readonly stream: LogStream;
  /** Colours, with the format 'pretty'. @default false */
  readonly colour?: boolean | undefined;
}

/**
 * A logger whose lines hold no credentials of any URL, and nothing that a terminal obeys, whatever was given to it.
 *
 * It writes at once and in the same thread, so that the last line before an exit is there as well. A stream that ends,
 * such as a closed terminal or a `head` that has seen enough, ends the lines and not the program.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { format = 'json', level = 'info', stream, colour = false } = options;
  const pretty = prettyFactory({
    colorize: colour,
    translateTime: 'UTC:yyyy-mm-dd HH:MM:ss',
    singleLine: true,
    // Errors as any other field: on the same line.
    errorLikeObjectKeys: [],
  });
  let isOpen = true;
  // Where a log cannot be written there is no place to say so; syncing goes on without it.
  stream.on('error', () => {
    isOpen = false;
  });
  const write = (line: string): void => {
    if (!isOpen) return;
    const safe = `${JSON.stringify(safeValue(JSON.parse(line)))}\n`;
    stream.write(format === 'pretty' ? pretty(safe) : safe);
  };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
}
