import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { createSyncWorker } from '../../../src/index.ts';
import { BEGIN } from '../../support/embedded-worker.ts';
import { PEER, useInspections } from '../inspection-world.ts';
import { browserTest, useBrowser } from './browser.ts';
import { controlledSync } from './controlled-sync.ts';
import { inPage, shown } from './shown.ts';

const { embedded, inspected, after } = useInspections();
const open = useBrowser();

/** The word, its colour, the box in the chart, and, if one is given, the edge that led there. */
async function inState(page: Page, state: string, { active = state, tone = '', edge = '' }): Promise<void> {
  await shown(page, '#state', state);
  await page.locator(`body.${tone}`).waitFor();
  await page.locator(`#chart .active:not(.holds)[data-state="${active}"]`).waitFor();
  await expect.poll(() => page.locator('#chart .active:not(.holds)').count()).toBe(1);
  expect(await page.title()).toContain(` ${state}`);
  expect(await page.locator('#now .state use').getAttribute('href')).toBe(`#mark-${state}`);
  if (edge !== '') await page.locator(`#chart .last[data-edge~="${edge}"]`).waitFor({ state: 'attached' });
}

browserTest('the page shows each of the six states as a worker takes it', async () => {
  const { sync, answer } = controlledSync();
  const { worker, pass } = embedded({ sync, peers: [{ peerUrl: PEER, cooldownUntil: BEGIN + 30 }] });
  const page = await open((await inspected(worker)).url);
  await shown(page, '#countdown-to', 'the worker is stopped, or was not started');
  expect(await page.locator('#chart .active').count()).toBe(0);

  await worker.start();
  await inState(page, 'idle', { tone: 'calm' });
  await pass(30_000);
  const attempting = { active: 'running.attempting', tone: 'busy' };
  await inState(page, 'running', { ...attempting, edge: 'idle:always:5' });
  await shown(page, '#peers .word', 'being asked');

  answer({ head: 'h1' });
  await inState(page, 'ok', { tone: 'good', edge: 'running.attempting:done.attempt:0' });
  await shown(page, '#why', /^The last run ended well at .* after the usual interval\.$/);
  await pass(300_000);
  await inState(page, 'running', { ...attempting, edge: 'ok:always:0' });

  answer(new Error('the line was cut'));
  await inState(page, 'error', { tone: 'bad', edge: 'running.failed:always:2' });
  await shown(page, '#why', /the line was cut; one failure\./);
  await shown(page, '#peers .word', /^cooldown (1:00|0:\d\d)$/);
  await pass(60_000);
  await inState(page, 'running', { ...attempting, edge: 'error:always:0' });

  answer({ forked: true, error: 'another chain' });
  await inState(page, 'fork', { tone: 'odd', edge: 'running.attempting:done.attempt:1' });

  worker.setPeers([]);
  worker.requestSync();
  await pass(1_000);
  await inState(page, 'solo', { tone: 'alone', edge: 'fork:always:1' });
  // It is remembered until its cooldown is over.
  await shown(page, '#peers-note', '1 known, 0 may be asked');
  await shown(page, '#peers .word', 'removed');
  await shown(page, '#announcement', 'worker is solo');

  const runs = await inPage<string[]>(page, '[...runs.children].map((run) => run.title.split(" ")[0])');
  expect(runs).toEqual(['ok', 'error', 'fork', 'solo']);
  await shown(page, '#fields > div:has-text("last_outcome") .value', 'solo');
  expect(await page.locator('#fields dt').count()).toBe(10);
});

browserTest('the page shows a run that is stuck, and the one that follows it', async () => {
  const { sync } = controlledSync();
  const { worker, pass } = embedded({ sync, peers: [PEER, 'https://other.example'] });
  const page = await open((await inspected(worker)).url);
  await worker.start();
  await pass(1);
  await shown(page, '#countdown-to', 'until this run is stuck');
  await pass(300_000);
  await page.locator('#chart .last[data-edge~="running:after.stuckTimeout:0"]').waitFor();
  await page.locator('#runs [aria-label^="stuck after 5 min, 1 attempt"]').waitFor();
  await shown(page, '#log .type.bad', 'after stuck timeout');
  await shown(page, '#trouble', /1 stuck run/);
  await page.locator('body.bad').waitFor();
});

browserTest('the countdown counts down to the next run', async () => {
  const worker = createSyncWorker({ peers: [PEER], sync: async () => ({ head: 'h1' }) });
  after(() => worker.stop());
  const page = await open((await inspected(worker)).url);
  await worker.start();
  await shown(page, '#countdown', /^[45]:\d\d$/);
  const seconds = async (): Promise<number> => {
    const [minutes = 0, rest = 0] = ((await page.locator('#countdown').textContent()) ?? '')
      .split(':')
      .map(Number);
    return minutes * 60 + rest;
  };
  const first = await seconds();
  await expect.poll(seconds, { timeout: 60_000 }).toBeLessThanOrEqual(first - 2);
  expect(await page.title()).toMatch(/^✓ ok · \d:\d\d · worker$/);
});

browserTest('below the fields the page shows who is served of the chain, and the gates on it', async () => {
  const { worker } = embedded();
  const chain = {
    head: () => 'h',
    count: () => 7,
    gates: () => [{ gate: 'ops', messages: 3, lastSeen: BEGIN }],
    serving: () => [
      {
        url: 'http://127.0.0.1:8001',
        private: true,
        requestsPerWindow: 60,
        totalRequestsPerWindow: 600,
        windowSeconds: 60,
        connections: 2,
        requests: 9,
        limited: 1,
        events: 31,
      },
    ],
  };
  const page = await open((await inspected(worker, { chains: { worker: chain } })).url);
  await shown(page, '#fields > div:has-text("gate: ops") .value', /^3 messages, last seen \S+ \S+ UTC$/);
  await shown(
    page,
    '#fields > div:has-text("chain: serves") .value',
    'all events at http://127.0.0.1:8001: 31 events in 9 requests, 1 of them over the limit of 60; 2 connected',
  );
});
