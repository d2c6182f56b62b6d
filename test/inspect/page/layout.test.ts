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
  const parts = [...document.querySelectorAll('header > *, main > section, #details > section')];
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
    await shown(page, '#state', view.status.why.state);
    await shown(page, '#peers-note', view.status.peers.length > 6 ? /^300 known/ : /^6 known/);
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

browserTest('the whole chart fits to the window when it is told to', async () => {
  await using server = await startStandIn(scenes['ok'] ?? expect.unreachable('no scene'));
  const page = await open(server.url, { viewport: { width: 1280, height: 700 } });
  const isWhole = `(() => {
    const { top, bottom } = document.querySelector('#chart > svg').getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  })()`;
  expect(await inPage(page, isWhole)).toBe(false);
  await page.getByRole('button', { name: 'Fit to window' }).click();
  await expect.poll(() => inPage(page, isWhole)).toBe(true);
  await page.getByRole('button', { name: 'Fit to window' }).click();
  await expect.poll(() => inPage(page, isWhole)).toBe(false);
});
