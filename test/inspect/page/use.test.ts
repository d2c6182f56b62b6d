import { expect } from 'vitest';
import type { RecordedLine } from '../../../src/inspect/recording/recording.ts';
import { PEER, useInspections } from '../inspection-world.ts';
import { at, lineOf, viewOf } from './any-view.ts';
import { browserTest, useBrowser } from './browser.ts';
import { controlledSync } from './controlled-sync.ts';
import { scenes } from './scenes.ts';
import { inPage, shown } from './shown.ts';
import { startStandIn } from './stand-in-server.ts';

const { embedded, inspected } = useInspections();
const open = useBrowser();

browserTest('the keyboard reaches everything, and the focus is seen', async () => {
  const overview = scenes['idle']?.overview ?? expect.unreachable('no scene');
  await using server = await startStandIn({ ...(scenes['ok'] ?? expect.unreachable('no scene')), overview });
  const page = await open(server.url, { viewport: { width: 1300, height: 900 } });
  await shown(page, '#state', 'ok');
  const reached = new Set<string>();
  for (let presses = 0; presses < 160; presses += 1) {
    await page.keyboard.press('Tab');
    const [name, outline] = await inPage<[string, string]>(
      page,
      `((node) => [(node.id || node.closest('[id]')?.id) ?? '', getComputedStyle(node).outlineStyle + getComputedStyle(node.querySelector('.box') ?? node).strokeWidth])(document.activeElement)`,
    );
    if (name === '') continue;
    expect([name, outline]).toEqual([name, expect.stringMatching(/solid|auto|none4px/)]);
    reached.add(name);
  }
  const wanted = [
    'back',
    'live',
    'sync',
    'force',
    'worker-search',
    'workers',
    'fit',
    'chart',
    'pause',
    'save',
  ];
  const lists = ['log-search', 'log-type', 'log-peer', 'log', 'runs', 'run', 'peers', 'faults', 'sequence'];
  expect([...wanted, ...lists].filter((name) => !reached.has(name))).toEqual([]);
});

browserTest('what scrolls can be scrolled by keyboard', async () => {
  await using server = await startStandIn(scenes['many peers'] ?? expect.unreachable('no scene'));
  const page = await open(server.url, { viewport: { width: 320, height: 700 } });
  await shown(page, '#peers-note', /^300 known/);
  const unreachable = `[...document.querySelectorAll('body *')]
    .filter((node) => /auto|scroll/.test(getComputedStyle(node).overflow) &&
      (node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1))
    .filter((node) => node.tabIndex < 0 && node.querySelector('a, button, select, input, [tabindex="0"]') === null)
    .map(({ id, className }) => id || className)`;
  expect(await inPage(page, unreachable)).toEqual([]);
});

browserTest('arrow keys go through the runs, and the chosen one is shown in full', async () => {
  await using server = await startStandIn(scenes['ok'] ?? expect.unreachable('no scene'));
  const page = await open(server.url);
  await page.locator('#runs button').last().focus();
  await shown(page, '#run', /^ ok after/);
  await page.keyboard.press('ArrowLeft');
  await shown(page, '#run', /^ solo after/);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await shown(page, '#run', /^ error after .*eee/s);
  expect(await inPage(page, 'document.activeElement.getAttribute("aria-pressed")')).toBe('true');
  await page.keyboard.press('Escape');
  await shown(page, '#run', /^ ok after/);
});

browserTest('the log is paused and goes on by keyboard, and loses nothing it can show', async () => {
  const { worker, pass } = embedded();
  const page = await open((await inspected(worker)).url);
  await worker.start();
  await pass(1);
  await shown(page, '#log li', /run ended: ok/);
  const rows = (): Promise<number> => page.locator('#log > li').count();
  expect(await rows()).toBe(2);
  await page.locator('#pause').focus();
  await page.keyboard.press('Space');
  await pass(300_000);
  await shown(page, '#log-note', /^2 new since the pause/);
  expect(await rows()).toBe(2);
  await page.keyboard.press('Space');
  await expect.poll(rows).toBe(4);
  await shown(page, '#log li:first-child .type', 'attempt ended');
});

browserTest('10,000 events leave the page small and answering', async () => {
  const { sync, asked, answer } = controlledSync();
  const { worker, pass } = embedded({ sync });
  const page = await open((await inspected(worker, { control: true })).url);
  await worker.start();
  await pass(1);
  answer({ head: 'h1' });
  await shown(page, '#state', 'ok');
  for (let round = 0; round < 20; round += 1) {
    for (let count = 0; count < 500; count += 1) worker.peerSeen(PEER);
    await page.locator('#log').evaluate('0');
  }
  worker.setPeers([PEER, 'https://the.last']);
  await shown(page, '#log li:first-child', /2 peers$/);
  await pass(2_000);
  await page.locator('#sync').click();
  await shown(page, '#state', 'running');
  expect(asked).toHaveLength(2);
  expect(await page.locator('#log > li').count()).toBeLessThanOrEqual(201);
  expect(await inPage(page, 'document.getElementsByTagName("*").length')).toBeLessThan(3_500);
});

browserTest('10,000 lines sent as fast as they can be are kept as the newest 2,000', async () => {
  await using server = await startStandIn(viewOf());
  const page = await open(server.url);
  const lines = Array.from({ length: 10_000 }, (_, index): RecordedLine => {
    return lineOf({ at: at + index, emitted: [{ type: 'attempt.started', text: `line ${index + 1}` }] });
  });
  for (let sent = 0; sent < lines.length; sent += 20)
    server.send(viewOf({ view: { start: null, lines: lines.slice(sent, sent + 20) } }));
  await shown(page, '#log li:first-child', /line 10000$/);
  await shown(page, '#log-note', /(2[01]\d\d|2200) kept/);
  expect(await page.locator('#log > li').count()).toBe(201);
  await page.getByRole('button', { name: 'Older events' }).click();
  await expect.poll(() => page.locator('#log > li').count()).toBe(401);
});

browserTest('what peers and workers say of themselves stays text', async () => {
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const { sync, answer } = controlledSync();
  const { worker, pass } = embedded({ sync, peers: [{ peerUrl: PEER, label: hostile }] });
  const faults = {
    switches: () => [{ peer: hostile, fault: hostile, faults: [hostile] }],
    set: () => undefined,
  };
  const page = await open(
    (await inspected({ [hostile]: worker, other: worker }, { control: true, faults })).url,
  );
  await worker.start();
  await pass(1);
  answer(new Error(hostile));
  await shown(page, '#state', 'error');
  await shown(page, '#peers .facts', new RegExp(hostile.slice(0, 20)));
  await shown(page, '#fields > div:has-text("last_error") .value', hostile);
  await shown(page, '#run .facts', new RegExp(hostile.slice(0, 20)));
  await shown(page, '#faults .url', hostile);
  expect(await inPage(page, 'document.querySelectorAll("img, script:not([src])").length')).toBe(0);
});
