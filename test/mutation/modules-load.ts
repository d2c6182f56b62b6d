import { expect, test } from 'vitest';

// A mutant that keeps a module from being loaded leaves the files that import it without tests, and so without a failure.
test('what is mutated can be loaded', async () => {
  await expect(import('../../src/worker/sync-worker-machine.ts')).resolves.toBeDefined();
  await expect(import('../../src/core.ts')).resolves.toBeDefined();
  await expect(import('../../src/testing/index.ts')).resolves.toBeDefined();
});
