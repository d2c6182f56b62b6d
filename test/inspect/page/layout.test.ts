import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { browserTest, useBrowser } from './browser.ts';
import { scenes } from './scenes.ts';
import { inPage, shown } from './shown.ts';
import { type StandInServer, startStandIn } from './stand-in-server.ts';

const open = useBrowser();

/** What is wider than the window, runs out of its own box, or lies on another part, though nothing scrolls there. */
const findMisplaced = `(() => {
  const wrongs = [];
  const scrolls = (node) => /auto|hidden|scroll/.test(getComputedStyle(node).overflowX);
  for (const node of document.querySelectorAll('body, body *:not(svg *)')) {
    if (node.closest('.unseen, .marks, [hidden]') || node.getClientRects().length === 0) continue;
    const name = node.tagName + '#' + node.id + '.' + node.className;
    let inScroller = false;
    for (let above = node.parentElement; above; above = above.parentElement) inScroller ||= scrolls(above);
    if (!inScroller && node.getBoundingClientRect().right > innerWidth + 0.5) wrongs.push('wide: ' + name);
    if (!scrolls(node) && node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline')
      wrongs.push('runs out: ' + name);
  }
  if (document.documentElement.scrollWidth > innerWidth) wrongs.push('the page scrolls sideways');
  const parts = [...document.querySelectorAll('header > *, #now, main > section, #details > section')];
  const boxes = parts.map((part) => [part, part.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
  for (const [one, a] of boxes) for (const [two, b] of boxes) {
    if (one === two || one.compareDocumentPosition(two) & 2) continue;
    if (a.right > b.left + 1 && b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1)
      wrongs.push('overlap: ' + (one.id || one.className) + ' and ' + (two.id || two.className));
  }
  return wrongs;
})()`;

async function showAll(
  page: Page,
  send: StandInServer['send'],
  widths: readonly number[],
): Promise<string[]> {
  const wrongs: string[] = [];
  for (const [name, view] of Object.entries(scenes)) {
    send(view);
    const { worker, peers } = view.start?.context ?? expect.unreachable('no start');
    await shown(page, '#state', view.started ? worker.lastOutcome : 'stopped');
    await shown(
      page,
      '#peers-note',
      peers.length === 0 ? 'No peer is known' : new RegExp(`^${peers.length} known`),
    );
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      const found = await inPage<string[]>(page, findMisplaced);
      wrongs.push(...found.map((wrong) => `${name}, ${width} px: ${wrong}`));
    }
  }
  return wrongs;
}

for (const [colorScheme, widths] of [
  ['light', [320, 360, 768, 1280]],
  ['dark', [360]],
] as const) {
  const where = `${colorScheme} colours and ${widths.join(', ')} px`;
  browserTest(`nothing overflows or overlaps in ${where}`, async () => {
    await using server = await startStandIn(Object.values(scenes)[0] ?? expect.unreachable('no scene'));
    const page = await open(server.url, { colorScheme });
    expect(await showAll(page, server.send, widths)).toEqual([]);
    const background = await inPage(page, 'getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
    const plate = await inPage(page, "getComputedStyle(document.querySelector('#chart .plate')).fill");
    expect(plate).toBe(background);
  });
}

browserTest('on a phone the chart brings the active state into its box', async () => {
  await using server = await startStandIn(scenes['solo'] ?? expect.unreachable('no scene'));
  const page = await open(server.url, { viewport: { width: 360, height: 740 } });
  const isSeen = `(() => {
    const box = document.querySelector('#chart').getBoundingClientRect();
    const state = document.querySelector('#chart .active').getBoundingClientRect();
    return state.top >= box.top && state.bottom <= box.bottom && state.left >= box.left && state.right <= box.right;
  })()`;
  await page.locator('#chart .active').waitFor();
  await expect.poll(() => inPage(page, isSeen)).toBe(true);
  server.send(scenes['fork'] ?? expect.unreachable('no scene'));
  await page.locator('#chart [data-state="fork"].active').waitFor();
  await expect.poll(() => inPage(page, isSeen)).toBe(true);
});

browserTest(
  'the chart is zoomed, fitted and dragged, and the state and its countdown stay in view',
  async () => {
    await using server = await startStandIn(scenes['ok'] ?? expect.unreachable('no scene'));
    const page = await open(server.url, { viewport: { width: 1280, height: 760 } });
    const width = (): Promise<number> =>
      inPage(page, "document.querySelector('#chart > svg').getBoundingClientRect().width");
    const isWhole = `(() => {
    const box = document.querySelector('#chart').getBoundingClientRect();
    const svg = document.querySelector('#chart > svg').getBoundingClientRect();
    const now = document.querySelector('#countdown').getBoundingClientRect();
    return svg.height <= box.height + 1 && box.bottom <= innerHeight && now.top >= 0;
  })()`;
    const first = await width();
    await page.getByRole('button', { name: 'Larger' }).click();
    await expect.poll(width).toBeGreaterThan(first * 1.2);
    expect(await inPage(page, isWhole)).toBe(false);
    await page.getByRole('button', { name: 'Fit' }).click();
    await expect.poll(() => inPage(page, isWhole)).toBe(true);
    await page.mouse.wheel(0, 2000);
    await expect
      .poll(() =>
        inPage(page, 'scrollY > 0 && document.querySelector("#countdown").getBoundingClientRect().top >= 0'),
      )
      .toBe(true);
    await page.getByRole('button', { name: 'Fit' }).click();
    await expect.poll(width).toBeCloseTo(first, 0);
    const scrolled = (): Promise<number> => inPage(page, "document.querySelector('#chart').scrollTop");
    const before = await scrolled();
    const box = (await page.locator('#chart').boundingBox()) ?? expect.unreachable('no chart');
    await page.mouse.move(box.x + 200, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y + 120, { steps: 4 });
    await page.mouse.up();
    await expect.poll(scrolled).toBeGreaterThan(before + 40);
  },
);

browserTest('the active state is read as well as any text, in both modes', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const name of ['idle', 'running', 'ok', 'error', 'fork', 'solo']) {
      await using server = await startStandIn(scenes[name] ?? expect.unreachable('no scene'));
      const page = await open(server.url, { colorScheme });
      await page.locator('#chart .active:not(.holds)').waitFor();
      const colours = await inPage<string[]>(
        page,
        `(() => {
          const state = document.querySelector('#chart .active:not(.holds)');
          return [state.querySelector('.box'), ...state.querySelectorAll('tspan')].map((node) => getComputedStyle(node).fill);
        })()`,
      );
      const [back = '', ...texts] = colours;
      for (const text of texts)
        expect([name, colorScheme, contrast(text, back) >= 4.5]).toEqual([name, colorScheme, true]);
    }
  }
});

/** As WCAG reckons it. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}
