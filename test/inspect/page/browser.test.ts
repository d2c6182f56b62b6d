import { expect, test } from 'vitest';
import { chromiumPath, usualPaths } from './browser.ts';

test.skipIf(chromiumPath === undefined)('there is a browser to test the page in', () => {
  expect(chromiumPath).toBeDefined();
});

if (chromiumPath === undefined) {
  console.warn(
    `The tests of the inspector page are skipped: there is no Chromium at ${usualPaths.join(', ')}; CHROMIUM_PATH names one elsewhere.`,
  );
}
