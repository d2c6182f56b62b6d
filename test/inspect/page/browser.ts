import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

/** Where a Chromium usually is. */
export const usualPaths: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The Chromium there is, `CHROMIUM_PATH` before all others; undefined if there is none. */
export const chromiumPath: string | undefined = [process.env['CHROMIUM_PATH'] ?? '', ...usualPaths].find(
  existsSync,
);

/** A test that needs a browser, and is skipped where there is none. */
export const browserTest: typeof test.skip = test.skipIf(chromiumPath === undefined);

/** It makes no requests of its own. */
export const quiet: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens a URL in a profile of its own. */
export type OpenPage = (url: string, options?: BrowserContextOptions) => Promise<Page>;

/**
 * A browser for the tests of one file. After each test its pages are closed, and none of them may have thrown, met
 * what its own policy forbids, or asked another host than this one.
 */
export function useBrowser(): OpenPage {
  const wrongs: string[] = [];
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (chromiumPath === undefined) return;
    browser = await chromium.launch({ executablePath: chromiumPath, args: [...quiet] });
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
    expect(wrongs.splice(0)).toEqual([]);
  });
  return async (url, options = {}) => {
    if (browser === undefined) throw new Error('There is no browser; use browserTest');
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => wrongs.push(`thrown: ${error.stack}`));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) wrongs.push(message.text());
    });
    page.on('dialog', (dialog) => wrongs.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol !== 'data:' && hostname !== '127.0.0.1') wrongs.push(`asked: ${request.url()}`);
    });
    await page.goto(url);
    await page.locator('#connection:is(.live, .replay)').waitFor();
    return page;
  };
}
