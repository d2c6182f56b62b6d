import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { readRecording, replayRecording } from '../../../src/inspect/index.ts';
import { useInspections } from '../inspection-world.ts';
import { browserTest, useBrowser } from './browser.ts';
import { inPage, shown } from './shown.ts';

const { embedded, inspected, after } = useInspections();
const open = useBrowser();

const PEERS = ['https://one.example', 'https://two.example'];

/** A worker that failed, and then went well. */
function failedOnce(): ReturnType<typeof embedded> {
  let asked = 0;
  return embedded({
    peers: PEERS,
    sync: async () => {
      asked += 1;
      if (asked <= 2) throw new Error('HTTP 503');
      return { head: `h${asked}` };
    },
  });
}

browserTest('an event opens, and the page stands at its moment until it goes back to live', async () => {
  const { worker, pass } = failedOnce();
  const page = await open((await inspected(worker)).url);
  await worker.start();
  await pass(1);
  await shown(page, '#state', 'error');
  await pass(61_000);
  await shown(page, '#state', 'ok');
  await page.locator('.line', { hasText: 'running.attempting → error' }).click();
  await shown(page, '#state', 'error');
  await shown(page, '#why', /ended in error .*HTTP 503/);
  await shown(page, '#peers .word', /^cooldown/);
  await shown(page, '#standing', /^The past: event \d+ of \d+/);
  await page.locator('#chart [data-state="error"].active').waitFor();
  await shown(page, '.detail', /emitted.*run\.finished: run ended: error/s);
  await shown(page, '.changes', /worker\.lastOutcome "running" "error"/);
  await page.locator('.detail > details > summary').click();
  await shown(page, '.detail mark', 'lastOutcome');

  await page.locator('.line[aria-expanded="true"]').press('ArrowUp');
  await shown(page, '#state', 'running');
  await page.locator('#forward').click();
  await shown(page, '#state', 'ok');
  await page.locator('#back').press('ArrowLeft');
  await page.locator('#back').press('ArrowLeft');
  await shown(page, '#state', 'error');
  await page.locator('#live').click();
  await shown(page, '#state', 'ok');
  await expect.poll(() => page.locator('#standing').textContent()).toBe('');
});

browserTest('events are found by type, peer and text', async () => {
  const { worker, pass } = failedOnce();
  const page = await open((await inspected(worker)).url);
  await worker.start();
  await pass(1);
  await shown(page, '#log li', /HTTP 503/);
  worker.requestSync();
  const rows = page.locator('#log .line');
  await page.locator('#log-type').selectOption('sync.requested');
  await expect.poll(() => rows.count()).toBe(1);
  await page.locator('#log-type').selectOption('');
  await page.locator('#log-search').fill('run ended: ERROR');
  await expect.poll(() => rows.count()).toBe(1);
  await page.locator('#log-search').fill('no such thing');
  await shown(page, '#log', 'No event matches.');
  await page.locator('#log-search').fill('');
  await page.locator('#log-peer').selectOption('https://two.example');
  await expect.poll(() => rows.count()).toBeGreaterThan(0);
  await expect.poll(() => rows.filter({ hasNotText: 'two.example' }).count()).toBe(0);
});

browserTest(
  'what the page saves is a recording, and its replay is the same page without a worker',
  async () => {
    const { worker, pass } = failedOnce();
    const page = await open((await inspected({ lyra: worker })).url);
    await worker.start();
    await pass(62_000);
    await shown(page, '#state', 'ok');
    const downloading = page.waitForEvent('download');
    await page.locator('#save').click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('lyra.ndjson');
    const recording = readRecording(await readFile(await download.path(), 'utf8'));
    expect(recording.start.worker).toBe('lyra');

    const replay = await replayRecording(recording);
    after(replay.close);
    const film = await open(replay.url);
    await shown(film, '#connection', 'replay');
    await shown(film, '#state', 'ok');
    await shown(film, '#standing', new RegExp(`^Replay: event ${recording.lines.length} of`));
    expect(await film.locator('#sync').count()).toBe(0);
    await film.locator('#back').focus();
    const states: string[] = [];
    for (let step = 1; step < recording.lines.length; step += 1) {
      await film.keyboard.press('ArrowLeft');
      await shown(film, '#standing', new RegExp(`^Replay: event ${recording.lines.length - step} of`));
      states.push((await film.locator('#state').textContent()) ?? '');
    }
    expect(states).toContain('error');
    expect(await film.title()).toContain('replay · lyra');
    await replay.close();
    await shown(film, '#connection', 'replay ended');
    expect(await inPage(film, 'document.body.hasAttribute("data-stale")')).toBe(false);
  },
);

browserTest('a state that is clicked says what leads out of it, and what it waits for', async () => {
  const { worker, pass } = failedOnce();
  const page = await open((await inspected(worker)).url);
  await worker.start();
  await pass(1);
  await shown(page, '#state', 'error');
  await page.locator('[data-state="error"]').click();
  await shown(page, '#state-detail', /The last run failed\./);
  await shown(page, '#state-detail', /Active; waits for another \d:\d\d \((?:cooldown|backoff)\)/);
  await shown(page, '#state-detail', /after backoff → error/);
  await shown(page, '#state-detail', /peer\.seen/);
  await page.locator('[data-state="solo"]').press('Enter');
  await shown(page, '#state-detail', /Not active\./);
  await shown(page, '#policy', /backoff60 s to 30 min/);
});

browserTest('the sequence shows who was asked, and what came back', async () => {
  const { worker, pass } = failedOnce();
  const page = await open((await inspected(worker)).url);
  await worker.start();
  await pass(62_000);
  await shown(page, '#state', 'ok');
  await expect
    .poll(async () => (await page.locator('#sequence .name').allTextContents()).toSorted())
    .toEqual(['one.example', 'two.example', 'worker']);
  await expect.poll(() => page.locator('#sequence .message.bad').count()).toBeGreaterThan(1);
  await page.locator('#sequence .message.good').first().click();
  await shown(page, '#standing', /^The past/);
});

browserTest('a feed that is lost is notified, if that is switched on', async () => {
  const { worker, pass } = failedOnce();
  const inspection = await inspected(worker);
  const page = await open(inspection.url, { permissions: ['notifications'] });
  await inPage(
    page,
    'window.notes = []; window.Notification = class { static permission = "granted"; static requestPermission = async () => "granted"; constructor(title) { notes.push(title); } }; 0',
  );
  await worker.start();
  await pass(1);
  await shown(page, '#state', 'error');
  expect(await inPage(page, 'notes')).toEqual([]);
  await page.getByLabel('Notify me').check();
  await pass(61_000);
  await shown(page, '#state', 'ok');
  await inspection.close();
  await expect.poll(() => inPage(page, 'notes')).toEqual(['worker: the live feed is lost']);
});
