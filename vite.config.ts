import type { ConfigEnv, ViteUserConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';

/** Dates are UTC here, always: everything runs in a zone that is not UTC, and what reads dates in UTC as well. */
const awayFromUtc = 'Asia/Kathmandu';

/** Milliseconds. Only to end a test that hangs: no test is to be judged by the speed of its machine. */
const testTimeout = 180_000;

/** The entries of the package. What two of them need they share, so that a class is the same class in both. */
const entries = {
  index: 'src/index.ts',
  core: 'src/core.ts',
  disk: 'src/disk/index.ts',
  infonet: 'src/infonet/index.ts',
};

/** `vite build` makes the package, `vite build --mode demo` adds what `npm start` runs and nobody else is given. */
const config = ({ mode }: ConfigEnv): ViteUserConfig => ({
  build: {
    target: 'node20',
    lib: { entry: mode === 'demo' ? { demo: 'src/demo/main.ts' } : entries, formats: ['es'] },
    emptyOutDir: mode !== 'demo',
    rolldownOptions: {
      external: [/^node:/, 'xstate', 'undici', 'socks', 'classic-level'],
      output: { chunkFileNames: 'shared/[name].js' },
    },
    minify: false,
    reportCompressedSize: false,
  },
  test: {
    reporters: ['default', closingLine],
    projects: [
      {
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: ['test/package/**'],
          env: { TZ: awayFromUtc },
          testTimeout,
        },
      },
      { test: { name: 'utc', include: ['test/policy/**/*.test.ts'], env: { TZ: 'UTC' }, testTimeout } },
      {
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: 'test/package/installed-package.setup.ts',
          testTimeout,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

export default config;
