/**
 * Lets a function put something into a global that is the host's, and puts back the host's own, or none.
 *
 * @throws TypeError for a global that the host does not let anybody replace
 */
export function whileReplaced<Result>(name: string, act: () => Result): Result {
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  if (own?.configurable === false) {
    throw new TypeError(
      `globalThis.${name} cannot be replaced; the classic visualizer needs it for a moment`,
    );
  }
  Object.defineProperty(globalThis, name, { value: undefined, writable: true, configurable: true });
  try {
    return act();
  } finally {
    if (own === undefined) Reflect.deleteProperty(globalThis, name);
    else Object.defineProperty(globalThis, name, own);
  }
}
