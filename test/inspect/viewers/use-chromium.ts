import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { chromiumPath, quiet } from '../page/browser.ts';

/** A browser for the tests of one file; each page is in a profile of its own, and closed after its test. */
export function useChromium(
  after: (close: () => unknown) => void,
): (
  url: string | undefined,
  options?: BrowserContextOptions,
  prepare?: (page: Page) => Promise<unknown>,
) => Promise<Page> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (chromiumPath !== undefined) {
      browser = await chromium.launch({ executablePath: chromiumPath, args: [...quiet] });
    }
  });
  afterAll(() => browser?.close());
  return async (url, options = {}, prepare = async () => undefined) => {
    if (browser === undefined || url === undefined) throw new Error('there is no browser, or no page for it');
    const context = await browser.newContext(options);
    after(() => context.close());
    const page = await context.newPage();
    await prepare(page);
    await page.goto(url);
    return page;
  };
}
