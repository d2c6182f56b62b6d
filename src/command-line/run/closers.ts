import { messageOf } from '../../policy/thrown.ts';

/** What was opened, to be closed the other way round. */
export interface Closers {
  add(name: string, close: () => Promise<void> | void): void;
  /** Closes all, also where one fails. @returns why, of those that did */
  closeAll(): Promise<readonly string[]>;
}

export function createClosers(): Closers {
  const open: { readonly name: string; readonly close: () => Promise<void> | void }[] = [];
  return {
    add: (name, close) => void open.push({ name, close }),
    closeAll: async () => {
      const failures: string[] = [];
      for (let last = open.pop(); last !== undefined; last = open.pop()) {
        try {
          await last.close();
        } catch (error) {
          failures.push(`${last.name}: ${messageOf(error)}`);
        }
      }
      return failures;
    },
  };
}
