export interface TimeLimit {
  readonly signal: AbortSignal;
  readonly timeoutSeconds: number;
}

/**
 * Does a piece of work with a signal that fires with the caller's or when time is up; it then fails with the reason.
 *
 * Not `AbortSignal.any([signal, AbortSignal.timeout()])`: nothing clears that timer when the work is done.
 */
export async function withinTime<T>(
  { signal, timeoutSeconds }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const stop = (): void => limit.abort(signal.reason);
  const timeUp = (): void => limit.abort(new Error(`no answer within ${timeoutSeconds} s`));
  const timer = setTimeout(timeUp, timeoutSeconds * 1000);
  signal.addEventListener('abort', stop);
  try {
    return await work(limit.signal);
  } catch (error) {
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
