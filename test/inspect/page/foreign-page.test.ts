import { expect } from 'vitest';
import { useInspections } from '../inspection-world.ts';
import { viewOf } from './any-view.ts';
import { browserTest, useBrowser } from './browser.ts';
import { controlledSync } from './controlled-sync.ts';
import { inPage } from './shown.ts';
import { startStandIn } from './stand-in-server.ts';

const { embedded, inspected } = useInspections();
const open = useBrowser();

browserTest('a page of another origin can neither watch nor request', async () => {
  const { sync, asked, answer } = controlledSync();
  const { worker, pass } = embedded({ sync });
  const { url } = await inspected(worker, { control: true });
  await worker.start();
  await pass(1);
  answer({ head: 'h1' });
  await pass(2_000);
  await using foreign = await startStandIn(viewOf());
  // Without its own policy, so that it is the server that refuses.
  const page = await open(foreign.url, { bypassCSP: true });
  const body = JSON.stringify(JSON.stringify({ kind: 'sync', worker: 'worker', force: true }));
  const [control, feed] = await inPage<string[]>(
    page,
    `Promise.all([
      fetch('${url}control', { method: 'POST', mode: 'no-cors', body: ${body} }).then(() => 'answered', () => 'refused'),
      new Promise((told) => {
        const source = new EventSource('${url}feed?worker=worker');
        source.onmessage = () => told('watched');
        source.onerror = () => { source.close(); told('refused'); };
      }),
    ])`,
  );
  expect([control, feed]).toEqual(['refused', 'refused']);
  const json = `fetch('${url}control', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${body} })`;
  expect(await inPage(page, `${json}.then(() => 'answered', () => 'refused')`)).toBe('refused');
  expect(asked).toHaveLength(1);
});
