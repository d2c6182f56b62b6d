import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { figureTexts } from '../../src/simulate/figures/figures.ts';
import { reportHtml } from '../../src/simulate/report/report-html.ts';
import {
  judge,
  parseAssertion,
  reportTable,
  type SimulationReport,
  simulate,
} from '../../src/testing/index.ts';
import { browserTest, chromiumPath, quiet } from '../inspect/page/browser.ts';

const scenario = {
  title: 'A <b>small</b> one & "more"',
  about: '<script>alert(1)</script>',
  hours: 2,
  workers: 30,
  peers: [
    { requestsPerSecond: 5, limit: { requestsPerMinute: 60 }, outages: [{ fromMinute: 30, minutes: 30 }] },
  ],
  restarts: [{ atMinute: 20 }],
};
const report: SimulationReport = await simulate({ scenario });
const asserted = ['early = 0', 'peak <= 0/s'].map((text) => judge(parseAssertion(text), report));
const html = reportHtml(report, asserted);
const plain = reportHtml(
  await simulate({
    scenario: { hours: 1, workers: 3, peers: [{ requestsPerSecond: 0 }] },
    contenders: ['ours'],
  }),
);

test('the page names no other place, runs no script and loads nothing', () => {
  for (const page of [html, plain]) {
    expect(page).not.toMatch(/\bhttps?:|\/\/\w|\bsrc=|\bhref=|@import|url\(|<script|<link|<iframe|\bon\w+=/i);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  }
});

test('what a scenario is called is shown as it is', () => {
  expect(html).toContain('<h1>A &lt;b&gt;small&lt;/b&gt; one &amp; &quot;more&quot;</h1>');
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});

test('the page shows every contender in the table and in a plot, every figure with its meaning, and what was asserted', () => {
  for (const { title, note } of report.contenders) {
    expect(html.split(`</i>${title}</th>`)).toHaveLength(2);
    expect(html).toContain(`<b>${title}</b>`);
    expect(html).toContain(note);
  }
  for (const { title, meaning } of Object.values(figureTexts)) {
    expect(html).toContain(`<dt>${title}</dt><dd>${meaning}</dd>`);
  }
  expect(html.match(/<svg role="img" aria-label="[^"]+"/g)).toHaveLength(report.contenders.length + 2);
  expect(html).toContain('✓ holds: <code>early = 0</code>');
  expect(html).toContain('✗ fails: <code>peak &lt;= 0/s</code>');
  for (const unit of ['requests in the busiest second', 'hours since the beginning', 'minutes since then']) {
    expect(html).toContain(unit);
  }
});

test('where there is nothing to recover from and nobody to compare with, the page is silent about both', () => {
  expect(plain).not.toContain('Coming back');
  expect(plain).not.toContain('In short');
  expect(plain.match(/<svg /g)).toHaveLength(2);
});

test('the same report gives the same page', () => {
  expect(reportHtml(report, asserted)).toBe(html);
});

test('the table has a line for each contender, its cells below their heads', () => {
  const lines = reportTable(report).trimEnd().split('\n');
  const [title, setting, blank, heads = '', ...rows] = lines;
  expect([title, blank]).toEqual(['A <b>small</b> one & "more", seed 1', '']);
  expect(setting).toContain('30 workers · 1 peer of 5 requests/s, limited to 60/min · 2 h of virtual time');
  expect(rows).toHaveLength(report.contenders.length);
  for (const row of rows) expect(row).toHaveLength(heads.length);
  const start = heads.indexOf('Early');
  expect(rows.map((row) => row.slice(start, start + 5).trim())).toEqual(
    report.contenders.map(({ figures }) => figures.early.toLocaleString('en')),
  );
});

browserTest(
  'in a browser the page is readable in light and dark, on a wide screen and a narrow one',
  async () => {
    await using browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: [...quiet] });
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1100, 380]) {
        const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
        const wrongs: string[] = [];
        page.on('console', (message) => wrongs.push(message.text()));
        page.on('pageerror', (error) => wrongs.push(error.message));
        await page.setContent(html);
        await page.evaluate(axe.source);
        const found: unknown = await page.evaluate(
          `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
          violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`,
        );
        const overflow: unknown = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect({ colorScheme, width, wrongs, found, overflow }).toEqual({
          ...{ colorScheme, width, wrongs: [], found: [] },
          overflow: expect.toSatisfy((pixels: number) => pixels <= 0),
        });
      }
    }
  },
);
