import type { EventEmitter } from 'node:events';

export interface EndOptions {
  /** Where SIGINT and SIGTERM arrive. */
  readonly signals: EventEmitter;
  readonly stdout: EventEmitter;
  /** Undefined: until it is stopped. */
  readonly seconds: number | undefined;
}

/** Resolves with the reason to end; rejects if our lines cannot be written. */
export function waitForEnd({ signals, stdout, seconds }: EndOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    // Not `once`: under npm a Ctrl-C comes twice, from the terminal and from npm, and the second would kill.
    signals.on('SIGINT', () => resolve('Stopped'));
    signals.on('SIGTERM', () => resolve('Stopped'));
    // EPIPE: whoever read our lines has gone, as in `npm start | head`.
    stdout.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' ? resolve('Stopped') : reject(error),
    );
    if (seconds !== undefined) setTimeout(() => resolve('Ended'), seconds * 1000).unref();
  });
}
