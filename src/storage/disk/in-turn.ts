/** The newest task for each path. */
const newest = new Map<string, Promise<unknown>>();

/** Runs the tasks for one path one at a time, even across several storages of this process. */
export async function inTurn<T>(path: string, task: () => Promise<T>): Promise<T> {
  const before = newest.get(path) ?? Promise.resolve();
  const turn = before.then(task, task);
  newest.set(path, turn);
  try {
    return await turn;
  } finally {
    if (newest.get(path) === turn) newest.delete(path);
  }
}
