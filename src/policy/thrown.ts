/** Reads thrown values, which may be anything, even objects whose getters throw. */
import { safeText } from './safe-text.ts';

const MAX_CAUSES = 4;

/** The thrown value as an Error. @internal */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown });
}

/**
 * The message, followed by those of its causes that add something, as in `fetch failed: connect ECONNREFUSED 127.0.0.1:1`; one
 * line, safe to show. Never throws. @internal
 */
export function messageOf(thrown: unknown): string {
  const parts: string[] = [];
  let cause = thrown;
  for (let depth = 0; depth < MAX_CAUSES && cause !== undefined && cause !== null; depth += 1) {
    const text = ownMessage(cause);
    if (text !== '' && !parts.some((part) => part.includes(text))) parts.push(text);
    cause = readField(cause, 'cause');
  }
  return safeText(parts.join(': ')) || 'failed without a message';
}

/** Reads a field; undefined if reading it throws. @internal */
export function readField(from: unknown, field: string): unknown {
  try {
    return (from as Readonly<Record<string, unknown>>)[field];
  } catch {
    return undefined;
  }
}

function ownMessage(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error) && typeof readField(thrown, 'message') !== 'string')
      return safeText(String(thrown));
    const message = readField(thrown, 'message');
    if (typeof message === 'string' && message !== '') return safeText(message);
    // An AggregateError of several addresses has no message of its own.
    const errors = readField(thrown, 'errors');
    if (Array.isArray(errors) && errors.length > 0) return ownMessage(errors[0]);
    const name = readField(thrown, 'code') ?? readField(thrown, 'name');
    return typeof name === 'string' ? safeText(name) : '';
  } catch {
    return 'failed with a value that cannot be shown';
  }
}
