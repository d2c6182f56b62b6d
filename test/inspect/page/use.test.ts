import { expect } from 'vitest';
import type { InspectorLine } from '../../../src/inspect/inspector-view.ts';
import { PEER, useInspections } from '../inspection-world.ts';
import { at, viewOf } from './any-view.ts';
import { browserTest, useBrowser } from './browser.ts';
import { scenes } from './scenes.ts';
import { inPage, shown } from './shown.ts';
import { startStandIn } from './stand-in-server.ts';
import { toldSync } from './told-sync.ts';

const { embedded, inspected } = useInspections();
const open = useBrowser();

browserTest('the keyboard reaches everything, and the focus is seen', async () => {
  const view = scenes['ok'] ?? expect.unreachable('no scene');
  await using server = await startStandIn({ ...view, workers: ['worker', 'another'] });
  const page = await open(server.url);
  await shown(page, '#state', 'ok');
  const reached: string[] = [];
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = '[document.activeElement, getComputedStyle(document.activeElement).outlineStyle]';
    const [name, outline] = await inPage<[string, string]>(
      page,
      `((node, outline) => [node.id || node.closest('[id]')?.id, outline])(...${focused})`,
    );
    if (name === '' || reached.includes(name) || name === undefined) continue;
    expect([name, outline]).toEqual([name, expect.stringMatching(/solid|auto/)]);
    reached.push(name);
  }
  const inOrder = [
    'workers',
    'sync',
    'force',
    'fit',
    'chart',
    'runs',
    'run',
    'peers',
    'faults',
    'fields',
    'pause',
  ];
  expect(reached.filter((name) => inOrder.includes(name))).toEqual(
    inOrder.filter((name) => reached.includes(name)),
  );
  expect(reached).toEqual(
    expect.arrayContaining([
      'workers',
      'sync',
      'force',
      'fit',
      'chart',
      'runs',
      'peers',
      'faults',
      'pause',
      'log',
    ]),
  );
});

browserTest('arrow keys go through the runs, and the chosen one is told in full', async () => {
  await using server = await startStandIn(scenes['ok'] ?? expect.unreachable('no scene'));
  const page = await open(server.url);
  await page.locator('#runs button').last().focus();
  await shown(page, '#run', /^running for/);
  await page.keyboard.press('ArrowLeft');
  await shown(page, '#run', /^ok after/);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await shown(page, '#run', /^error after .*HTTP 503$/s);
  expect(await inPage(page, 'document.activeElement.getAttribute("aria-pressed")')).toBe('true');
  await page.keyboard.press('Escape');
  await shown(page, '#run', /^running for/);
});

browserTest('the log is paused and goes on by keyboard, and loses nothing it can show', async () => {
  const { worker, pass } = embedded();
  const page = await open((await inspected(worker)).url);
  await worker.start();
  await pass(1);
  await shown(page, '#log li', /run\.finished/);
  const rows = (): Promise<number> => page.locator('#log li').count();
  expect(await rows()).toBe(4);
  await page.locator('#pause').focus();
  await page.keyboard.press('Space');
  await pass(300_000);
  await shown(page, '#log-note', '4 new since the pause');
  expect(await rows()).toBe(4);
  await page.keyboard.press('Space');
  await expect.poll(rows).toBe(8);
  await shown(page, '#log li:first-child .type', 'run.finished');
});

browserTest('10,000 events leave the page small and answering', async () => {
  const { sync, asked, answer } = toldSync();
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
  expect(await page.locator('#log li').count()).toBeLessThanOrEqual(500);
  expect(await inPage(page, 'document.getElementsByTagName("*").length')).toBeLessThan(3_500);
});

browserTest('10,000 lines sent as fast as they can be are shown as the newest 500', async () => {
  await using server = await startStandIn(viewOf());
  const page = await open(server.url);
  const lines = Array.from({ length: 10_000 }, (_, index): InspectorLine => {
    return { id: index + 1, at: at + index, type: 'attempt.started', text: `line ${index + 1}` };
  });
  for (let sent = 0; sent < lines.length; sent += 20)
    server.send(viewOf({ view: { log: lines.slice(sent, sent + 20) } }));
  await shown(page, '#log li:first-child', /line 10000$/);
  await shown(page, '#log li:last-child', /line 9501$/);
  expect(await page.locator('#log li').count()).toBe(500);
  await page.locator('#pause').click();
  await shown(page, '#pause', 'Go on');
});

browserTest('what peers and workers say of themselves stays text', async () => {
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const { sync, answer } = toldSync();
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
  await shown(page, '#peers .label', hostile);
  await shown(page, '#fields > div:has-text("last_error") .value', hostile);
  await shown(page, '#run .facts', hostile);
  await shown(page, '#faults .url', hostile);
  expect(await inPage(page, 'document.querySelectorAll("img, script:not([src])").length')).toBe(0);
});
