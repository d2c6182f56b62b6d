import { safeText } from '../../policy/safe-text.ts';

/** Why something failed, as a part of a sentence: without what OpenSSL puts around it, or a full stop of its own. */
export function plainError(error: Error | string): string {
  if (error instanceof AggregateError) {
    // One for each address that was tried.
    return error.errors
      .map((one: unknown) => plainError(one instanceof Error ? one : String(one)))
      .join('; ');
  }
  const text = error instanceof Error ? error.message || error.name : error;
  const reason = /SSL routines:[^:]*:([^:]+):/.exec(text)?.[1] ?? text;
  return safeText(reason, 300).replace(/[\s.:;,]+$/, '');
}
