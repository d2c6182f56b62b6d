import type { Frame, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useInspections } from '../inspection-world.ts';
import { chromiumPath } from '../page/browser.ts';
import { allOutcomes, everyState } from '../viewers/all-outcomes.ts';
import { openStandIn, type StandIn } from '../viewers/stand-in.ts';
import { useChromium } from '../viewers/use-chromium.ts';

const world = useInspections();
const { inspected, after } = world;

async function standIn(redirect?: string): Promise<StandIn> {
  const opened = await openStandIn(new URL('stand-in-inspector.js', import.meta.url), redirect);
  after(opened.close);
  return opened;
}

function statesIn(frame: Frame | Page): Promise<unknown> {
  return frame.evaluate('window.statesOf()');
}

const events = /^[1-9]\d* events sent to /;

describe.skipIf(chromiumPath === undefined)('the relay page', { timeout: 60_000 }, () => {
  const opened = useChromium(after);

  test('sends nothing and asks for nothing before the click, then each state that a worker takes', async () => {
    const { worker, live, taken } = await allOutcomes(world);
    const inspector = await standIn();
    const { statelyUrl, url } = await inspected({ lyra: worker }, { stately: { page: inspector.page } });
    const page = await opened(statelyUrl);
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await expect.poll(() => page.getByRole('status').textContent()).toBe('Nothing was sent.');
    const said = await page.locator('#consent').textContent();
    expect(said).toContain(`Show this process to ${new URL(inspector.page).origin}?`);
    expect(said).toContain('lyra');
    expect([inspector.requests, sockets, page.frames().length]).toEqual([[], [], 1]);

    await page.getByRole('button', { name: 'look here' }).click();
    await page.getByText(events).waitFor();
    const [, frame] = page.frames();
    if (frame === undefined) throw new Error('there is no frame');
    const [before] = (await statesIn(frame)) as string[];
    await live();
    await expect.poll(() => statesIn(frame), { timeout: 10_000 }).toEqual([before, ...taken]);
    expect(new Set([before, ...taken])).toEqual(everyState);
    expect(await frame.evaluate('window.definition()')).toContain('syncWorker');
    expect(await frame.evaluate('window.senders')).toEqual([new URL(url).origin]);

    await page.getByRole('button', { name: 'Stop sending' }).click();
    worker.requestSync();
    await page.getByText('Stopped. Nothing is sent any more.').waitFor();
    expect(page.frames()).toHaveLength(1);
  });

  test('sends to a window of its own as well, and tells when the inspection ended', async () => {
    const { worker } = await allOutcomes(world);
    const inspector = await standIn();
    const inspection = await inspected(worker, { stately: { page: inspector.page } });
    const page = await opened(inspection.statelyUrl);
    const popup = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'window of its own' }).click();
    const shown = await popup;
    await page.getByText(events).waitFor();
    await expect.poll(() => statesIn(shown)).toEqual(['{"running":"abandoned"}']);
    await inspection.close();
    await page.getByText("The worker's inspection ended.").waitFor();
  });

  test('hands nothing to a page of another origin that the named one turned into', async () => {
    const { worker } = await allOutcomes(world);
    const other = await standIn();
    const named = await standIn(other.page);
    const { statelyUrl } = await inspected(worker, { stately: { page: named.page } });
    const page = await opened(statelyUrl);
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    const popup = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'window of its own' }).click();
    const shown = await popup;
    await shown.waitForURL(other.page);
    await shown.waitForFunction('window.statesOf !== undefined');
    // Messages arrive in order: once this one has, the page has heard what the library's receiver says.
    const hear = 'addEventListener("message", ({ data }) => data === "now" && heard())';
    await page.evaluate(`window.heard = new Promise((heard) => ${hear}); 0`);
    await shown.evaluate('opener.postMessage("now", "*")');
    await page.evaluate('window.heard');
    await page.getByText('Nothing was sent yet.').waitFor();
    expect([await statesIn(shown), sockets]).toEqual([[], []]);
  });

  test.each(['light', 'dark'] as const)(
    'fits a phone in %s, and is usable by keyboard',
    async (colorScheme) => {
      const { worker } = await allOutcomes(world);
      const { statelyUrl } = await inspected(worker, { stately: {} });
      const page = await opened(statelyUrl, { viewport: { width: 360, height: 640 }, colorScheme });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.id')).toBe('here');
      const folder = process.env['SCREENSHOTS'];
      if (folder !== undefined) await page.screenshot({ path: `${folder}/relay-${colorScheme}.png` });
    },
  );
});
