import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { apiReports } from './api-report.ts';

const reports = await apiReports(join(inject('consumer'), 'node_modules', 'infonet-sync-worker'));

/** After a change that is meant: `npm run test:package -- -u`, and a line in the CHANGELOG. */
test.for([...reports])('the public types of %s are those of its report', async ([entry, report]) => {
  const name = entry.replace(/^\.\/?/, '').replaceAll('/', '-') || 'index';
  await expect(report).toMatchFileSnapshot(`api/${name}.d.ts.txt`);
});
