/** Saves one value after another: in order, one at a time, and of those that came meanwhile only the newest. */
export interface Saver<Value> {
  request(value: Value): void;
  /** Whether everything asked for has been tried. */
  isIdle(): boolean;
  /** Resolves when everything asked for has been tried; never rejects. */
  idle(): Promise<void>;
  /** As `idle`, and tries a failed save once more. */
  flush(): Promise<void>;
}

export function createSaver<Value>(
  save: (value: Value) => Promise<void> | void,
  report: (error: unknown) => void,
): Saver<Value> {
  let pending: { readonly value: Value } | undefined;
  let failed: { readonly value: Value } | undefined;
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    // Not at once: `working` has to be set before a save can end, and what comes in the same turn is one save.
    await undefined;
    for (let next = pending; next !== undefined; next = pending) {
      pending = undefined;
      failed = undefined;
      try {
        await save(next.value);
      } catch (error) {
        failed = next;
        report(error);
      }
    }
    working = undefined;
  };
  const idle = async (): Promise<void> => {
    await working;
  };

  return {
    request: (value) => {
      pending = { value };
      working ??= work();
    },
    isIdle: () => working === undefined,
    idle,
    flush: async () => {
      await idle();
      if (failed === undefined) return;
      pending = failed;
      working ??= work();
      await idle();
    },
  };
}
