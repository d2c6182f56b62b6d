import { TestRunner } from 'vitest';

/** Loads no more files once a test has failed: a mutant is killed by one. */
// biome-ignore lint/style/noDefaultExport: Vitest takes a runner that is the default export of its file.
export default class FirstFailureRunner extends TestRunner {
  #isOver = false;

  override cancel(reason: Parameters<TestRunner['cancel']>[0]): void {
    this.#isOver = true;
    super.cancel(reason);
  }

  override importFile(...[path, source]: Parameters<TestRunner['importFile']>): unknown {
    return this.#isOver ? undefined : super.importFile(path, source);
  }
}
