/** A copy with some fields changed. A spread with overrides says the same and takes V8 three times as long. @internal */
export function patch<T extends object>(value: T, changes: Partial<T>): T {
  return Object.assign({}, value, changes);
}
