import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { safeValue } from '../../policy/safe-text.ts';
import type { Host } from '../host.ts';
import { hasColour } from '../live-view/paint.ts';
import type { LogFormat, LogLevel, Settings } from '../settings/settings.ts';
import { type LogStream, openLogOutput } from './log-output.ts';

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
 * A logger that removes URL credentials and terminal control sequences from everything it logs.
 *
 * If a line cannot be written, as on a full disk or because the reader has stopped, the program continues; before the next line
 * that can be written, another line says how many are missing.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { format = 'json', level = 'info', stream, colour = false } = options;
  const pretty = prettyFactory({
    colorize: colour,
    translateTime: 'UTC:yyyy-mm-dd HH:MM:ss',
    singleLine: true,
    // Log errors like any other field, on the same line.
    errorLikeObjectKeys: [],
  });
  const output = openLogOutput(stream);
  let missing = 0;
  let reason = '';
  const write = (line: string): void => {
    if (missing > 0) {
      const before = missing;
      missing = 0;
      logger.error(
        { event: 'log.gap', lines: before, reason },
        `${before} lines are missing here: ${reason}`,
      );
      // This line could not be written either.
      if (missing > 0) {
        missing = before + 1;
        return;
      }
    }
    const safe = `${JSON.stringify(safeValue(JSON.parse(line)))}\n`;
    const problem = output.write(format === 'pretty' ? pretty(safe) : safe);
    if (problem === undefined) return;
    missing += 1;
    reason = problem;
  };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return logger;
}

/** The logger for a command's settings, on standard output. */
export function loggerOf(
  { stdout, env }: Host,
  { log, logLevel }: Pick<Settings, 'log' | 'logLevel'>,
): Logger {
  const format = log === 'pretty' ? 'pretty' : 'json';
  return createLogger({ format, level: logLevel, stream: stdout, colour: hasColour(stdout, env) });
}
