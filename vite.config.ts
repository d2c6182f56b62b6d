import { availableParallelism } from 'node:os';
import type { ViteUserConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };
import { bundlePage } from './src/build/bundle-page.ts';
import { leanStatelyInspect } from './src/build/lean-stately-inspect.ts';
import { minifyReport } from './src/build/minify-report.ts';
import { closingLine } from './test/support/closing-line.ts';
import { propertyLines } from './test/support/property-lines.ts';
import { xstateV4ForInspect } from './test/support/xstate-v4-for-inspect.ts';

/** Dates are UTC here, always: everything runs in a zone that is not UTC, and what reads dates in UTC as well. */
const awayFromUtc = 'Asia/Kathmandu';

/** Milliseconds. Only to end a test that hangs: no test is to be judged by the speed of its machine. */
const longest = 900_000;
const patience = {
  testTimeout: longest,
  hookTimeout: longest,
  teardownTimeout: longest,
  expect: { poll: { timeout: longest } },
};

/** The tests without processes and sockets, and without files but the recordings of worlds that are broken on purpose. */
const pure = ['test/{policy,schedule,machines,properties,testing,clock,explain,build}/**/*.test.ts'];

/** The entries of the package, and its command. What two of them need they share, so that a class is the same class in both. */
const entries = {
  index: 'src/index.ts',
  core: 'src/core.ts',
  disk: 'src/storage/disk/index.ts',
  infonet: 'src/infonet/index.ts',
  operations: 'src/operations/index.ts',
  inspect: 'src/inspect/index.ts',
  'inspect-stately': 'src/inspect/stately/index.ts',
  'inspect-classic': 'src/inspect/classic/index.ts',
  testing: 'src/testing/index.ts',
  'testing-fast-check': 'src/testing/fast-check/index.ts',
  fleet: 'src/fleet/index.ts',
  'sync-worker': 'src/command-line/main.ts',
};

/** What is installed beside the package; all else, such as what the command alone needs, is built into it. */
const external = [/^node:/, ...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];

const config: ViteUserConfig = {
  plugins: [bundlePage(), leanStatelyInspect(), minifyReport()],
  ssr: { noExternal: true },
  build: {
    target: 'node20',
    // For Node, so that a library's own browser build is never taken.
    ssr: true,
    rolldownOptions: {
      external,
      input: entries,
      output: { entryFileNames: '[name].js', chunkFileNames: 'shared/[name].js' },
    },
    license: { fileName: 'bundled-licenses.md' },
    minify: false,
    reportCompressedSize: false,
  },
  test: {
    reporters: ['default', propertyLines, closingLine],
    // Half of the tests wait for processes, sockets and browsers; the other half has their processors meanwhile.
    maxWorkers: 2 * availableParallelism(),
    projects: [
      // Nothing in these outlives its test, so that they share the modules they load.
      { test: { name: 'pure', include: pure, env: { TZ: awayFromUtc }, ...patience, isolate: false } },
      {
        test: {
          name: 'utc',
          // Only what reads dates; the rest is the same in any zone.
          include: ['test/policy/{http-date,retry-after,throw-if-refused,time-zone,vectors}*.test.ts'],
          env: { TZ: 'UTC' },
          ...patience,
          isolate: false,
        },
      },
      {
        plugins: [bundlePage()],
        test: {
          name: 'real',
          include: ['test/**/*.test.ts'],
          exclude: [...pure, 'test/package/**'],
          env: { TZ: awayFromUtc },
          ...patience,
          deps: {
            optimizer: {
              ssr: {
                enabled: true,
                include: ['@xstate/inspect/lib/server.js', '@xstate/inspect/lib/browser.js'],
                rolldownOptions: { plugins: [xstateV4ForInspect()] },
              },
            },
          },
        },
      },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: 'test/package/installed-package.setup.ts',
          ...patience,
        },
      },
    ],
  },
};

export default config;
