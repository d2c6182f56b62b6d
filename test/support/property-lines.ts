import type { Reporter } from 'vitest/node';

/** Lists the claims of `test/properties` with the runs and the seed of each, so that any log can be replayed. */
export const propertyLines: Reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      if (!module.relativeModuleId.startsWith('test/properties/')) continue;
      for (const test of module.children.allTests()) {
        for (const { runs, seed } of test.meta().properties ?? []) {
          process.stdout.write(`${test.result().state}  ${test.fullName}: ${runs} runs, seed ${seed}\n`);
        }
      }
    }
  },
};
