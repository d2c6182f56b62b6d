import { asError } from '../../policy/thrown.ts';
import type { Host } from '../host.ts';

/** Why a node is to stop. */
export type End =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  /** Its terminal was closed. */
  | { readonly kind: 'terminal' }
  /** A fault of the program that nobody caught. */
  | { readonly kind: 'fault'; readonly error: Error };

/** The end of a node, whenever it comes. */
export interface EndWatch {
  readonly end: Promise<End>;
  /** Lets go of the process. */
  stop(): void;
}

/**
 * Waits for what ends a node. After the first signal the second one is the system's again: it ends the process at once,
 * also where the program hangs.
 */
export function watchForEnd(host: Host): EndWatch {
  const { promise, resolve } = withResolvers<End>();
  const signalled = (signal: NodeJS.Signals): void => {
    unhook();
    resolve({ kind: 'signal', signal });
  };
  const faulted = (error: unknown): void => {
    resolve({ kind: 'fault', error: asError(error) });
  };
  const closed = (): void => {
    // Whoever reads a pipe may go away, and the node goes on; who closes a terminal means to end it.
    if (host.stdout.isTTY === true) resolve({ kind: 'terminal' });
  };
  const unhook = (): void => {
    host.off('SIGTERM', signalled).off('SIGINT', signalled);
  };
  host.on('SIGTERM', signalled).on('SIGINT', signalled).on('uncaughtException', faulted);
  host.stdout.on('error', closed);
  return {
    end: promise,
    stop: () => {
      unhook();
      host.off('uncaughtException', faulted);
    },
  };
}

/** As `Promise.withResolvers`, which Node 20 has not. */
function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
