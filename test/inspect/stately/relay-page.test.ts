import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
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

const servers = new Map<string, Server>();

/** A page of another origin, with this text. */
async function served(text: string): Promise<string> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/plain').end(text));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const origin = `http://localhost:${address.port}`;
  servers.set(origin, server);
  after(() => closed(origin));
  return origin;
}

async function closed(origin: string): Promise<void> {
  const server = servers.get(origin);
  if (!servers.delete(origin) || server === undefined) return;
  const end = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await end;
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

    await page.getByRole('button', { name: 'show it here' }).click();
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
    await page.getByText('Stopped. Nothing more is sent.').waitFor();
    expect(page.frames()).toHaveLength(1);
  });

  test('sends to a window of its own as well, and tells when the inspection ended', async () => {
    const { worker } = await allOutcomes(world);
    const inspector = await standIn();
    const inspection = await inspected(worker, { stately: { page: inspector.page } });
    const page = await opened(inspection.statelyUrl);
    const popup = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'new window' }).click();
    const shown = await popup;
    await page.getByText(events).waitFor();
    await expect.poll(() => statesIn(shown)).toEqual(['{"running":"abandoned"}']);
    await inspection.close();
    await page.getByText('The inspection ended.').waitFor();
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
    await page.getByRole('button', { name: 'new window' }).click();
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

  test('says that a page opened, and after 15 s that it asked for nothing, with ways out', async () => {
    const { worker } = await allOutcomes(world);
    const silent = await served('a page that asks for nothing');
    const { statelyUrl } = await inspected(worker, { stately: { page: silent } });
    for (const name of ['show it here', 'new window']) {
      const page = await opened(statelyUrl, {}, ({ clock }) => clock.install());
      await page.getByRole('button', { name }).click();
      await page
        .getByText(`${silent} opened; waiting for it to ask for events. Nothing was sent yet.`)
        .waitFor();
      await page.clock.runFor(14_000);
      expect(await page.locator('#ways').isVisible()).toBe(false);
      await page.clock.runFor(1_000);
      await page.getByText(`${silent} opened, but has not asked for events for 15 s`).waitFor();
      await page.getByRole('link', { name: 'the page of this process' }).waitFor();
      expect(await page.locator('#ways a').getAttribute('href')).toBe('/');
      await page.getByRole('button', { name: 'Stop sending' }).click();
      await page.getByText('Stopped. Nothing more is sent.').waitFor();
      expect(await page.locator('#ways').isVisible()).toBe(false);
    }
  });

  test('says at once that a page did not open, and that a window was closed or blocked', async () => {
    const { worker } = await allOutcomes(world);
    const silent = await served('a page that asks for nothing');
    const gone = await served('');
    await closed(gone);
    const { statelyUrl } = await inspected(worker, { stately: { page: gone } });
    const page = await opened(statelyUrl, {}, ({ clock }) => clock.install());
    await page.getByRole('button', { name: 'show it here' }).click();
    await page.getByText(`${gone} did not open: the browser cannot reach it`).waitFor();
    await page.locator('#ways').waitFor();
    await page.clock.runFor(20_000);
    expect(await page.locator('#state').textContent()).toContain('did not open');
    expect(await page.locator('#sees').isVisible()).toBe(false);

    const { statelyUrl: other } = await inspected(worker, { stately: { page: silent } });
    const closing = await opened(other, {}, ({ clock }) => clock.install());
    const popup = closing.waitForEvent('popup');
    await closing.getByRole('button', { name: 'new window' }).click();
    await (await popup).close();
    await closing.clock.runFor(15_000);
    await closing.getByText('The window was closed. Nothing was sent.').waitFor();

    const blocked = await opened(other, {}, (made) => made.addInitScript('window.open = () => null'));
    await blocked.getByRole('button', { name: 'new window' }).click();
    await blocked.getByText('The browser blocked the window.').waitFor();
    expect(await blocked.locator('#consent').isVisible()).toBe(true);
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
