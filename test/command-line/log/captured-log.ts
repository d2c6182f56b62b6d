import { Writable } from 'node:stream';
import type { Logger } from 'pino';
import { createLogger, type LoggerOptions } from '../../../src/command-line/log/create-logger.ts';

/** A logger whose lines are kept. */
export interface CapturedLog {
  readonly logger: Logger;
  text(): string;
  /** The lines as JSON. */
  lines(): Record<string, unknown>[];
}

export function captureLog(options: Omit<LoggerOptions, 'stream'> = {}): CapturedLog {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return {
    logger: createLogger({ ...options, stream }),
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
