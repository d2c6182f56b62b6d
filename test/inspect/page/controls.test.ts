import { expect } from 'vitest';
import type { FaultSource } from '../../../src/inspect/index.ts';
import { inspectWorker } from '../../../src/inspect/index.ts';
import { PEER, useInspections } from '../inspection-world.ts';
import { browserTest, useBrowser } from './browser.ts';
import { controlledSync } from './controlled-sync.ts';
import { inPage, shown } from './shown.ts';

const { embedded, inspected, after } = useInspections();
const open = useBrowser();

browserTest('the button requests a sync, and the worker syncs', async () => {
  const { sync, asked, answer } = controlledSync();
  const { worker, pass } = embedded({ sync });
  const page = await open((await inspected(worker, { control: true })).url);
  await worker.start();
  await pass(1);
  answer({ head: 'h1' });
  await shown(page, '#state', 'ok');
  await pass(2_000);
  await page.getByRole('button', { name: 'Sync now', exact: true }).click();
  await shown(page, '#state', 'running');
  await shown(page, '#answer', 'Requested.');
  expect(asked).toEqual([PEER, PEER]);
});

browserTest('by force a sync passes over a cooldown', async () => {
  const { sync, asked, answer } = controlledSync();
  const { worker, pass } = embedded({ sync });
  const page = await open((await inspected(worker, { control: true })).url);
  await worker.start();
  await pass(1);
  answer(new Error('refused'));
  await shown(page, '#state', 'error');
  await pass(2_000);
  await page.locator('#sync').click();
  await shown(page, '#why', /it was requested\./);
  expect(asked).toHaveLength(1);
  await page.locator('#force').click();
  await shown(page, '#state', 'running');
  expect(asked).toHaveLength(2);
});

browserTest(
  'without control there is no button and no switch, and the page says how to be allowed',
  async () => {
    const { worker } = embedded();
    const faults: FaultSource = {
      switches: () => [{ peer: 'a peer', fault: 'none', faults: ['none', 'silent'] }],
      set: () => expect.unreachable('a viewer that may only look'),
    };
    const page = await open((await inspected(worker, { faults })).url);
    await shown(page, '#look-only', /--inspect-control/);
    for (const part of ['#sync', '#force', '#faults-panel']) {
      expect(await page.locator(part).isVisible()).toBe(false);
    }
  },
);

browserTest('a viewer switches a fault of a demo peer, and sees what is refused', async () => {
  const { worker } = embedded();
  let fault = 'none';
  const faults: FaultSource = {
    switches: () => [{ peer: 'a peer', fault, faults: ['none', 'silent', 'refused'] }],
    set: (_, wanted) => {
      if (wanted === 'refused') throw new Error('not this one');
      fault = wanted;
    },
  };
  const page = await open((await inspected(worker, { control: true, faults })).url);
  const choice = page.getByLabel('a peer');
  await choice.selectOption('silent');
  await expect.poll(() => fault).toBe('silent');
  await choice.selectOption('refused');
  await shown(page, '#faults .note', /not this one/);
  await expect.poll(() => choice.inputValue()).toBe('silent');
});

browserTest('of several workers the chosen one is shown, also after a reload and a return', async () => {
  const one = embedded();
  const two = embedded({ peers: [] });
  const inspection = await inspected({ one: one.worker, 'two / second': two.worker }, { control: true });
  await Promise.all([one.worker.start(), two.worker.start()]);
  await one.pass(1);
  await two.pass(1);
  const page = await open(inspection.url);
  await shown(page, '#state', 'ok');
  // The worst first.
  await expect
    .poll(() => page.locator('#workers button').allTextContents())
    .toEqual([' two / second', ' one']);
  await shown(page, '#workers-note', '1 ok · 1 solo');
  await page.getByRole('button', { name: 'two / second' }).click();
  await shown(page, '#state', 'solo');
  expect(await page.locator('#runs button').count()).toBe(1);
  await page.reload();
  await shown(page, '#state', 'solo');
  inspection.remove('two / second');
  await shown(page, '#state', 'ok');
  await expect.poll(() => page.locator('#workers').count()).toBe(0);
  inspection.add('two / second', two.worker);
  await shown(page, '#state', 'solo');
});

browserTest('of ten thousand workers the worst are shown, and any is found', async () => {
  const { worker } = embedded();
  const bad = embedded({
    sync: async () => {
      throw new Error('refused');
    },
  });
  const names = Array.from({ length: 10_000 }, (_, index) => `worker ${index}`);
  const inspection = await inspected(
    Object.fromEntries([...names.map((name) => [name, worker]), ['bad', bad.worker]]),
  );
  await Promise.all([worker.start(), bad.worker.start()]);
  await bad.pass(1);
  const page = await open(inspection.url);
  await shown(page, '#workers-title', '10001 workers');
  await shown(page, '#workers li:first-child button', 'bad');
  expect(await page.locator('#workers li').count()).toBe(100);
  await page.locator('#worker-search').fill('ker 7777');
  await expect.poll(() => page.locator('#workers button').allTextContents()).toEqual([' worker 7777']);
});

browserTest('a page whose server ends says so, stands still, and goes on with the next one', async () => {
  const { worker, pass } = embedded();
  const first = await inspectWorker(worker);
  after(first.close);
  await worker.start();
  await pass(1);
  const page = await open(first.url);
  await shown(page, '#state', 'ok');
  await first.close();
  await shown(page, '#connection.lost', 'no live feed');
  await shown(page, '#state s', 'ok');
  await shown(page, '#countdown', '–');
  await shown(page, '#countdown-to', /^no live feed for \d+ s; trying again (now|in \d+ s)$/);
  expect(await page.title()).toBe('? no feed · worker');
  await page.locator('body.calm').waitFor();
  expect(await inPage(page, 'document.body.hasAttribute("data-stale")')).toBe(true);
  worker.setPeers([]);
  worker.requestSync();
  await pass(1_000);
  await inspected(worker, { port: Number(new URL(first.url).port) });
  await page.locator('#connection.live').waitFor();
  await shown(page, '#state', 'solo');
  expect(await inPage(page, 'document.body.hasAttribute("data-stale")')).toBe(false);
});
