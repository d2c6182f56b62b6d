/**
 * Calls back once when a signal aborts. Returns a function that removes the listener.
 *
 * One signal may serve any number of workers and waits for as long as the program runs. Node warns of a leak from the eleventh
 * listener on; ours are removed when their wait is over, so each raises the limit of the signal by one while it is attached.
 * @internal
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => undefined;
  // Not imported, because this module also runs outside Node.
  const events = globalThis.process?.getBuiltinModule?.('node:events');
  const raise = (by: number): void => {
    const limit = events?.getMaxListeners(signal) ?? 0;
    if (limit > 0) events?.setMaxListeners(limit + by, signal);
  };
  let isOn = true;
  const off = (): void => {
    if (!isOn) return;
    isOn = false;
    signal.removeEventListener('abort', aborted);
    raise(-1);
  };
  const aborted = (): void => {
    off();
    listener();
  };
  raise(1);
  signal.addEventListener('abort', aborted, { once: true });
  return off;
}
