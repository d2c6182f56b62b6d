import { describe, expect, test } from 'vitest';
import { useInspections } from '../inspection-world.ts';
import { chromiumPath } from '../page/browser.ts';
import { allOutcomes } from '../viewers/all-outcomes.ts';
import { openStandIn, type StandIn } from '../viewers/stand-in.ts';
import { useChromium } from '../viewers/use-chromium.ts';

const world = useInspections();
const { inspected, after } = world;

async function standIn(): Promise<StandIn> {
  const opened = await openStandIn(new URL('stand-in-visualizer.js', import.meta.url));
  after(opened.close);
  return opened;
}

describe.skipIf(chromiumPath === undefined)("a visualizer of one's own", { timeout: 60_000 }, () => {
  const opened = useChromium(after);

  test('shows each state in a browser, from an origin that was named', async () => {
    const { worker, live, taken } = await allOutcomes(world);
    const { page } = await standIn();
    const { classicUrl } = await inspected(worker, { classic: { page } });
    const viewer = await opened(classicUrl);
    await expect.poll(() => viewer.evaluate('window.states()')).toEqual(['syncWorker.running.abandoned']);
    await live();
    const ids = taken.map((value) => `syncWorker.${value.replace(/[^a-z:]/g, '').replaceAll(':', '.')}`);
    await expect
      .poll(() => viewer.evaluate('window.states()'), { timeout: 10_000 })
      .toEqual(['syncWorker.running.abandoned', ...ids]);
  });

  test('is refused from any other origin', async () => {
    const { worker } = await allOutcomes(world);
    const [named, foreign] = await Promise.all([standIn(), standIn()]);
    const { classicUrl = '' } = await inspected(worker, { classic: { page: named.page } });
    const viewer = await opened(classicUrl.replace(named.page, foreign.page));
    await viewer.waitForFunction('window.refused');
    expect(await viewer.evaluate('window.states()')).toEqual([]);
  });
});
