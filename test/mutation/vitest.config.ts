import { basename } from 'node:path';
import type { ViteUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { testsOf } from './folders.ts';

/** Named by `run.ts`. */
const tests = testsOf(process.env['MUTATED'] ?? '');

class MostTellingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Stryker names the mutated file as the one whose related tests are to be run.
    const [mutated = ''] = this.ctx.config.related ?? [];
    const ownTest = `/${basename(mutated, '.ts')}.test.ts`;
    const place = ({ moduleId }: TestSpecification): number => {
      if (moduleId.endsWith(ownTest)) return -1;
      const index = tests.findIndex((path) => moduleId.includes(`/${path}`));
      // What loads the modules comes last: by then the tests have loaded them, if they can be loaded.
      return index === -1 ? tests.length : index;
    };
    return files.toSorted((a, b) => place(a) - place(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

const config: ViteUserConfig = {
  test: {
    include: [...tests.map((path) => `${path}*.test.ts`), 'test/mutation/modules-load.ts'],
    // Reads the text of the machine file, which is another one here.
    exclude: ['test/machines/chart-literal.test.ts'],
    // The same inputs for each mutant, in the zone of the other tests.
    env: { PROPERTY_RUNS: '40', PROPERTY_SEED: '1', TZ: 'Asia/Kathmandu' },
    // Every mutant has a thread of its own, whose tests share the modules that they load.
    isolate: false,
    runner: './test/mutation/first-failure-runner.ts',
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Whatever is mutated, all of the tests may be related to it.
    forceRerunTriggers: ['**'],
    sequence: { sequencer: MostTellingFirst },
  },
};

// biome-ignore lint/style/noDefaultExport: Vitest takes a configuration that is the default export of its file.
export default config;
