import { expect } from 'vitest';
import type { FaultSource } from '../../../src/inspect/index.ts';
import { inspectWorker } from '../../../src/inspect/index.ts';
import { PEER, useInspections } from '../inspection-world.ts';
import { browserTest, useBrowser } from './browser.ts';
import { inPage, shown } from './shown.ts';
import { toldSync } from './told-sync.ts';

const { embedded, inspected, after } = useInspections();
const open = useBrowser();

browserTest('the button requests a sync, and the worker syncs', async () => {
  const { sync, asked, answer } = toldSync();
  const { worker, pass } = embedded({ sync });
  const page = await open((await inspected(worker, { control: true })).url);
  await worker.start();
  await pass(1);
  answer({ head: 'h1' });
  await shown(page, '#state', 'ok');
  await pass(2_000);
  await page.getByRole('button', { name: 'Sync now', exact: true }).click();
  await shown(page, '#state', 'running');
  await shown(page, '#answer', 'Asked for.');
  expect(asked).toEqual([PEER, PEER]);
});

browserTest('by force a sync passes over a cooldown', async () => {
  const { sync, asked, answer } = toldSync();
  const { worker, pass } = embedded({ sync });
  const page = await open((await inspected(worker, { control: true })).url);
  await worker.start();
  await pass(1);
  answer(new Error('refused'));
  await shown(page, '#state', 'error');
  await pass(2_000);
  await page.locator('#sync').click();
  await shown(page, '#why', /it was asked for\./);
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

browserTest('a peer of the demo is told to misbehave, and what is refused is told', async () => {
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
  await page.getByLabel('Worker').selectOption('two / second');
  await shown(page, '#state', 'solo');
  expect(await page.locator('#runs button').count()).toBe(1);
  await page.reload();
  await shown(page, '#state', 'solo');
  inspection.remove('two / second');
  await shown(page, '#state', 'ok');
  expect(await page.getByLabel('Worker').isVisible()).toBe(false);
  inspection.add('two / second', two.worker);
  await shown(page, '#state', 'solo');
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
  await shown(page, '#connection.lost', 'connection lost, trying again…');
  expect(await inPage(page, 'document.body.hasAttribute("data-stale")')).toBe(true);
  worker.setPeers([]);
  worker.requestSync();
  await pass(1_000);
  await inspected(worker, { port: Number(new URL(first.url).port) });
  await page.locator('#connection.live').waitFor();
  await shown(page, '#state', 'solo');
  expect(await inPage(page, 'document.body.hasAttribute("data-stale")')).toBe(false);
});
