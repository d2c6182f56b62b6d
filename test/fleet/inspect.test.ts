import axe from 'axe-core';
import { Redis } from 'ioredis';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { createFleet, type Fleet } from '../../src/fleet/index.ts';
import { PeerSyncRateLimited } from '../../src/index.ts';
import { openFeed } from '../inspect/feed-client.ts';
import { chromiumPath, useBrowser } from '../inspect/page/browser.ts';
import { inPage, shown } from '../inspect/page/shown.ts';
import { serverTest, useRedis } from './support/redis-server.ts';

const open = useBrowser();
const NAME = 'feeds';

/** A fleet whose workers have come to every state there is, and whose worker `asking` has a peer that does not answer. */
async function startFleet(program: string): Promise<{ fleet: Fleet; socket: string; answer: () => void }> {
  const { socket } = await useRedis(program);
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const fleet = createFleet({
    connection: socket,
    name: NAME,
    policy: { intervalSeconds: 3600 },
    sync: async ({ peerUrl }, { id }) => {
      if (peerUrl.includes('limiting')) {
        throw new PeerSyncRateLimited({ retryAfterSeconds: 1200, retryAfterHeader: '1200' });
      }
      if (peerUrl.includes('forked')) return { forked: true };
      if (peerUrl.includes('silent')) await answered;
      return { head: `head of ${id}` };
    },
  });
  onTestFinished(async () => {
    answer();
    await fleet.close();
  });
  await fleet.addMany([
    { id: 'good:1', peers: ['https://a.example'] },
    { id: 'good 2 ü', peers: ['https://a.example'] },
    { id: 'limited', peers: ['https://limiting.example'] },
    { id: 'forked', peers: ['https://forked.example'] },
    { id: 'alone' },
    { id: 'asking', peers: ['https://silent.example'] },
  ]);
  fleet.work({ drainSeconds: 0 });
  await expect
    .poll(async () => (await fleet.status()).states)
    .toEqual({ idle: 0, running: 1, ok: 2, error: 1, fork: 1, solo: 1 });
  return { fleet, socket, answer };
}

/** How often the counts of the fleet were read since the statistics were reset, and how often a record was. */
async function readsOf(redis: Redis): Promise<{ looks: number; records: number; walks: number }> {
  const info = await redis.info('commandstats');
  const calls = (name: string): number =>
    Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  // One look counts the late alarms and the closed gates, and reads two hashes; each record is one more.
  const looks = calls('zcount') / 2;
  return { looks, records: calls('hgetall') - 2 * looks, walks: calls('scan') + calls('keys') };
}

serverTest(
  'the feed of a fleet has its counts, its closed gates, who works, and the one worker that was asked for',
  async (program) => {
    const { fleet, answer } = await startFleet(program);
    await using page = await fleet.inspect();
    const feed = await openFeed(`${page.url}feed?worker=asking`);
    onTestFinished(feed.close);
    const running = await feed.until(({ worker }) => worker === 'asking');
    expect(running).toMatchObject({ source: 'fleet', mayControl: false, lines: [] });
    expect(running.remarks[0]).toMatch(/^Process .* holds it, by run \d+; nobody takes it over for /);
    expect(feed.moment()).toMatchObject({
      state: 'running.attempting',
      condition: 'running',
      why: { state: 'running', asking: 'https://silent.example', rule: 'stuck limit' },
    });
    const overview = feed.views.findLast((view) => view.overview !== null)?.overview;
    expect(overview).toMatchObject({
      total: 6,
      counts: { idle: 0, running: 1, ok: 2, error: 1, fork: 1, solo: 1 },
      rows: [],
      fleet: {
        name: NAME,
        problem: '',
        processCount: 1,
        closedGates: { count: 1, longest: [{ origin: 'limiting.example', header: '1200' }] },
      },
    });
    // What the page makes of the record is what `why` says.
    const { at: _, ...why } = feed.moment().why;
    expect(await fleet.why('asking')).toMatchObject(why);

    answer();
    await feed.until(({ start }) => start?.context.worker.lastOutcome === 'ok');
    expect(feed.moment()).toMatchObject({ state: 'ok', why: { asking: '', nextRunAt: expect.any(Number) } });
    expect(feed.views.at(-1)?.remarks).toEqual(['No process holds it.']);
    await fleet.remove('asking');
    const gone = await feed.until(({ worker }) => worker === '');
    expect(gone.remarks).toEqual(['No worker has the id asking.']);
    expect(() => feed.moment()).toThrow();
  },
);

serverTest(
  'once a second the counts are read, and the records that are watched: no other record, and nothing for a page that nobody watches',
  async (program) => {
    const { fleet, socket, answer } = await startFleet(program);
    await fleet.addMany(Array.from({ length: 500 }, (_, index) => ({ id: `more ${index}` })));
    answer();
    await fleet.close();
    // Nobody works any more: neither BullMQ nor the reconciler reads anything.
    const looking = createFleet({ connection: socket, name: NAME });
    const redis = new Redis(socket);
    onTestFinished(async () => {
      redis.disconnect();
      await looking.close();
    });
    await using page = await looking.inspect();
    await using other = await looking.inspect();
    await redis.config('RESETSTAT');
    const began = performance.now();
    const feeds = await Promise.all(
      ['good:1', 'good:1', 'limited'].map((id) =>
        openFeed(`${page.url}feed?worker=${encodeURIComponent(id)}`),
      ),
    );
    const looks = async (count: number): Promise<void> => {
      const goal = (await readsOf(redis)).looks + count;
      await expect.poll(async () => (await readsOf(redis)).looks).toBeGreaterThanOrEqual(goal);
    };
    await looks(3);
    const watched = await readsOf(redis);
    const seconds = (performance.now() - began) / 1000;
    expect(watched.looks).toBeLessThanOrEqual(1 + seconds);
    expect(watched.records).toBeGreaterThan(0);
    expect(watched.records).toBeLessThanOrEqual(2 * (watched.looks + 1));
    expect(watched.walks).toBe(0);

    for (const feed of feeds) feed.close();
    const counts = await openFeed(`${other.url}feed?worker=`);
    onTestFinished(counts.close);
    // By then the page has noticed that its viewers are gone.
    await looks(3);
    const left = await readsOf(redis);
    await looks(3);
    expect((await readsOf(redis)).records).toBe(left.records);
  },
);

/** What axe finds wrong, with the element and what it says of it. */
const findViolations = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`;

async function wrongsOf(page: Page): Promise<string[]> {
  await inPage(page, axe.source);
  const wrongs = await inPage<string[]>(page, findViolations);
  if (await inPage(page, 'document.documentElement.scrollWidth > innerWidth'))
    wrongs.push('it scrolls sideways');
  return wrongs;
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 320]) {
    serverTest(
      `the page of a fleet, ${colorScheme} and ${width} px wide: its counts, and one worker by its id`,
      async (program) => {
        const { fleet } = await startFleet(program);
        await using inspection = await fleet.inspect();
        const page = await open(inspection.url, { colorScheme, viewport: { width, height: 900 } });
        await shown(page, '#workers-title', '6 workers');
        await expect
          .poll(() => page.locator('#counts li').allInnerTexts())
          .toEqual([' 0 idle', ' 1 running', ' 2 ok', ' 1 error', ' 1 fork', ' 1 solo']);
        await shown(page, '#gates .url', 'limiting.example');
        await shown(page, '#gates .word', /^(20:00|19:\d\d)$/);
        await shown(page, '#processes .word', 'at work');
        expect(await page.locator('#now').count()).toBe(0);
        expect(await page.title()).toBe('· 6 workers · feeds');
        expect(await wrongsOf(page)).toEqual([]);

        const id = page.getByLabel('Worker by its id');
        await id.fill('limited');
        await shown(page, '#state', 'error');
        await shown(page, '#remarks', /The gate of limiting\.example is closed for the whole fleet/);
        await shown(page, '#peers .word', /^Retry-After (20:00|19:\d\d)$/);
        await shown(page, '#countdown', /^(20:00|19:\d\d)$/);
        await page.locator('#chart [data-state="error"].active').waitFor();
        expect(await wrongsOf(page)).toEqual([]);

        await id.fill('asking');
        await shown(page, '#state', 'running');
        await shown(page, '#peers .word', 'being asked');
        await shown(page, '#remarks', /^Process .* holds it/);
        // What a fleet has not got is not shown: no lines, no time travel, and nothing to press.
        for (const part of ['#log', '#runs', '#sequence', '#timeline', '#sync', '#look-only']) {
          expect([part, await page.locator(part).count()]).toEqual([part, 0]);
        }
        await page.reload();
        await shown(page, '#state', 'running');
        expect(await id.inputValue()).toBe('asking');

        await id.fill('nobody <b>');
        await shown(page, '#fleet-trouble', 'No worker has the id nobody <b>.');
        expect(await page.locator('#now').count()).toBe(0);
        await id.fill('');
        await expect.poll(() => page.locator('#fleet-trouble').textContent()).toBe('');
      },
      chromiumPath !== undefined,
    );
  }
}

serverTest(
  'a page whose Redis goes away keeps the last counts, says so, and goes on when it is back',
  async (program) => {
    const server = await useRedis(program);
    const fleet = createFleet({ connection: server.socket, name: NAME });
    onTestFinished(() => fleet.close());
    await fleet.add('one');
    await using inspection = await fleet.inspect();
    const page = await open(inspection.url);
    await shown(page, '#workers-title', '1 workers');
    await server.kill();
    await shown(page, '#fleet-trouble', /^No newer counts: Redis/);
    await shown(page, '#workers-title', '1 workers');
    await server.start();
    await expect.poll(() => page.locator('#fleet-trouble').textContent()).toBe('');
  },
  chromiumPath !== undefined,
);
