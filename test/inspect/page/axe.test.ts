import axe from 'axe-core';
import { expect } from 'vitest';
import { browserTest, useBrowser } from './browser.ts';
import { scenes } from './scenes.ts';
import { inPage, shown } from './shown.ts';
import { startStandIn } from './stand-in-server.ts';

const open = useBrowser();

/** What axe finds wrong, with the element and what it says of it. */
const findViolations = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`;

for (const colorScheme of ['light', 'dark'] as const) {
  browserTest(`axe finds nothing wrong in any scene in ${colorScheme}`, async () => {
    const wrongs: string[] = [];
    await using server = await startStandIn(scenes['ok'] ?? expect.unreachable('no scene'));
    const page = await open(server.url, { colorScheme });
    await inPage(page, axe.source);
    await page.locator('.line').first().click();
    await page.locator('[data-state="error"]').press('Enter');
    await page.locator('#state-detail').waitFor();
    const all: Record<string, (typeof scenes)[string] | undefined> = { chosen: undefined, ...scenes };
    for (const [name, view] of Object.entries(all)) {
      if (view !== undefined) {
        server.send(view);
        await shown(page, '#fields dd', view.start?.context.worker.lastOutcome ?? '');
        await shown(
          page,
          '#peers-note',
          new RegExp(
            view.start?.context.peers.length ? `^${view.start.context.peers.length} known` : 'No peer',
          ),
        );
      }
      wrongs.push(...(await inPage<string[]>(page, findViolations)).map((wrong) => `${name}: ${wrong}`));
    }
    expect(wrongs).toEqual([]);
  });
}

browserTest('axe finds nothing wrong on a lost feed, nor where colours are forced', async () => {
  const page = await (async () => {
    await using server = await startStandIn(scenes['ok'] ?? expect.unreachable('no scene'));
    return await open(server.url, { forcedColors: 'active' });
  })();
  await shown(page, '#connection', 'no live feed');
  await inPage(page, axe.source);
  expect(await inPage<string[]>(page, findViolations)).toEqual([]);
});
