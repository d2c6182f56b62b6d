import type { Page } from 'playwright-core';

/** Waits until the page shows this text, all of it or what the pattern finds, in an element. */
export async function shown(page: Page, selector: string, text: string | RegExp): Promise<void> {
  const whole =
    typeof text === 'string' ? new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`) : text;
  await page.locator(selector).filter({ hasText: whole }).first().waitFor();
}

/** What a script in the page gives; the page's own policy forbids a string to be run there, but not from here. */
export function inPage<Value>(page: Page, script: string): Promise<Value> {
  return page.evaluate<Value>(script);
}
