/** Runs one task after the other, also after one that failed. */
export function createTaskQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const turn = last.then(task);
    // Whoever gave the task learns that it failed.
    last = turn.catch(() => undefined);
    return turn;
  };
}
