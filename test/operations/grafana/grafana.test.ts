import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createMemoryChain } from '../../../src/infonet/index.ts';
import { createWorkerMetrics } from '../../../src/operations/index.ts';
import { isRecord } from '../../../src/policy/wire-fields.ts';
import { tempFolder } from '../../storage/disk/temp-folder.ts';
import { embed } from '../../support/embedded-worker.ts';

const run = promisify(execFile);
const fileOf = (name: string): string =>
  fileURLToPath(new URL(`../../../src/operations/grafana/${name}`, import.meta.url));
const alerts = fileOf('alerts.yml');
const dashboard: { readonly panels: readonly { readonly title: string; readonly targets: unknown[] }[] } =
  JSON.parse(await readFile(fileOf('dashboard.json'), 'utf8'));

const hasPromtool = await run('promtool', ['--version']).then(
  () => true,
  (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    process.stderr.write(
      'SKIPPED: promtool is not installed, so that no rule is checked (apt: prometheus)\n',
    );
    return false;
  },
);

const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.filter(isRecord).map((target) => ({ title, expr: String(target['expr']) })),
);

test('the dashboard and the alerts ask for metrics that a worker has, and for each that it has', async () => {
  const { worker } = embed({ sync: () => ({ head: 'h1' }), peers: ['http://a.example'] });
  const metrics = createWorkerMetrics(worker, { chain: createMemoryChain(), labels: ['peer'] });
  const scraped = await metrics.registry.metrics();
  const own = [...scraped.matchAll(/^# TYPE (sync_worker_\w+)/gm)].map(([, name]) => name);
  metrics.close();
  const text = [...queries.map(({ expr }) => expr), await readFile(alerts, 'utf8')].join('\n');
  const asked = [...text.matchAll(/\bsync_worker_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
  expect([...new Set(asked)].toSorted()).toEqual(own.toSorted());
});

test.runIf(hasPromtool)('each query of the dashboard is one that Prometheus takes', async () => {
  const { path } = await tempFolder();
  const rules = queries.map(({ expr }, index) => {
    const filled = expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(job|instance)/g, '.*');
    return { record: `panel:${index}`, expr: filled };
  });
  const file = join(path, 'queries.yml');
  await writeFile(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
  const { stdout } = await run('promtool', ['check', 'rules', file]);
  expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
});

test.runIf(hasPromtool)('each alert comes when it is to, and none for a worker that is well', async () => {
  const { path } = await tempFolder();
  await copyFile(alerts, join(path, 'alerts.yml'));
  const tests = join(path, 'alerts.test.yml');
  await copyFile(fileURLToPath(new URL('alerts.test.yml', import.meta.url)), tests);
  const { stdout } = await run('promtool', ['check', 'rules', alerts]);
  expect(stdout).toContain('SUCCESS: 8 rules found');
  expect((await run('promtool', ['test', 'rules', tests])).stdout).toContain('SUCCESS');
});
