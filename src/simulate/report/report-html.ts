import manifest from '../../../package.json' with { type: 'json' };
import type { AssertionResult } from '../assertion/assertion.ts';
import { figureNames, figureTexts } from '../figures/figures.ts';
import { figureCell, figureText } from './figure-text.ts';
import { capacityOf, drawPlots, seriesColour } from './plots.ts';
import { reportStyle } from './report-style.ts';
import { settingLine } from './setting-line.ts';
import type { ContenderReport, SimulationReport } from './simulation-report.ts';

/** A report as one self-contained page: no script, no font, no internet. */
export function reportHtml(report: SimulationReport, asserted: readonly AssertionResult[] = []): string {
  const { scenario, seed, contenders, recoveryFrom } = report;
  const plots = drawPlots(report);
  const title = `${scenario.title}: ${contenders.length === 1 ? 'a simulation' : 'a comparison'}`;
  const summary = summaryOf(report);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${asText(title)}</title>
<style>
${reportStyle()}</style>
</head>
<body>
<main>
<header>
<h1>${asText(scenario.title)}</h1>
<p class="lead">${asText(scenario.about)}</p>
<p>Each worker keeps its copy fresh by pulling from its peers again and again. Below, the same workers do so in ${contenders.length === 1 ? 'one way' : `${contenders.length} ways, each with the same peers and the same luck`}, on simulated time.</p>
<p class="quiet">${asText(settingLine(scenario))} · seed ${seed}</p>
</header>
${summary.length === 0 ? '' : `<section class="short">\n<h2>In short</h2>\n<ul>\n${summary.map((line) => `<li>${asText(line)}</li>`).join('\n')}\n</ul>\n</section>`}
${asserted.length === 0 ? '' : assertions(asserted)}
<section>
<h2>In numbers</h2>
<div class="scroll" tabindex="0" role="region" aria-label="In numbers">
<table>
<thead><tr><td></td>${figureNames.map((name) => `<th scope="col">${asText(figureTexts[name].title)}</th>`).join('')}</tr></thead>
<tbody>
${contenders.map(row).join('\n')}
</tbody>
</table>
</div>
<dl>
${figureNames.map((name) => `<div><dt>${asText(figureTexts[name].title)}</dt><dd>${asText(figureTexts[name].meaning)}</dd></div>`).join('\n')}
</dl>
</section>
<section>
<h2>Load on the busiest peer</h2>
<p>The busiest second of each minute, on the same logarithmic scale for all. ${troubleText(report)}${capacityText(report)}</p>
<div class="grid">
${contenders.map(({ title: name, note, figures }, index) => `<figure>\n<figcaption>${swatch(index)}<b>${asText(name)}</b> <span class="quiet">peak ${asText(figureText(figures.peak, 'requests a second'))}</span><br><span class="note">${asText(note)}</span></figcaption>\n${labelled(plots.load[index] ?? '', `Requests in the busiest second of each minute by ${name}; peak ${figureText(figures.peak, 'requests a second')}`)}\n</figure>`).join('\n')}
</div>
</section>
${
  plots.recovery === undefined
    ? ''
    : `<section>
<h2>Coming back</h2>
<p>How many of the workers have pulled again since the last trouble, ${asText(figureText(recoveryFrom, 'seconds'))} after the start. The time scale is wide for the first minutes and narrow for the last. A line that stops below 100 % means that some workers did not recover before the end.</p>
${legend(contenders)}
${wide(plots.recovery, 'Part of the workers that have pulled again, over minutes since the end of the trouble')}
</section>`
}
<section>
<h2>How old the copies are</h2>
<p>The cost of politeness: a worker that asks less often has an older copy. ${troubleText(report)}</p>
${legend(contenders)}
${wide(plots.staleness, 'Minutes since the last good pull, mean of all workers, over hours')}
</section>
<footer>
<p class="quiet">Made by <code>sync-worker simulate</code> of ${asText(manifest.name)} ${asText(manifest.version)}. The same scenario and seed give the same report.</p>
<details><summary>The scenario, as a file</summary><pre>${asText(JSON.stringify(scenario, null, 2))}</pre></details>
</footer>
</main>
</body>
</html>
`;
}

function row({ title, name, figures }: ContenderReport, index: number): string {
  const cells = figureNames.map((figure) => {
    const isBad = figure === 'early' && figures.early > 0;
    return `<td${isBad ? ' class="bad"' : ''}>${asText(figureCell(figures[figure], figureTexts[figure].unit))}</td>`;
  });
  return `<tr${name === 'ours' ? ' class="ours"' : ''}><th scope="row">${swatch(index)}${asText(title)}</th>${cells.join('')}</tr>`;
}

function assertions(results: readonly AssertionResult[]): string {
  const lines = results.map(
    ({ text, holds, found }) =>
      `<li class="${holds ? 'good' : 'bad'}">${holds ? '✓ holds' : '✗ fails'}: <code>${asText(text)}</code> <span class="quiet">${asText(found)}</span></li>`,
  );
  return `<section>\n<h2>Assertions</h2>\n<ul class="asserted">\n${lines.join('\n')}\n</ul>\n</section>`;
}

/** Compares our worker with the worst other one, in sentences. */
function summaryOf({ contenders }: SimulationReport): string[] {
  const ours = contenders.find(({ name }) => name === 'ours');
  const others = contenders.filter((one) => one !== ours);
  if (ours === undefined || others.length === 0) return [];
  const beside = (figure: 'peak' | 'peakAfterRecovery' | 'early' | 'wasted'): string => {
    const { unit } = figureTexts[figure];
    const most = Math.max(...others.map(({ figures }) => figures[figure] ?? 0));
    const worst = others.filter(({ figures }) => figures[figure] === most).map(({ title }) => title);
    const whose = worst.length === others.length ? 'the others' : worst.join(', ');
    const own = ours.figures[figure];
    const other = most === own ? `as ${whose}` : `${whose} ${figureText(most, unit)}`;
    return `${ours.title} ${figureText(own, unit)}, ${other}`;
  };
  const { peakAfterRecovery, recoveryLast } = ours.figures;
  const back =
    recoveryLast === Number.POSITIVE_INFINITY
      ? 'is not back at the end'
      : `is back after ${figureText(recoveryLast, 'seconds')}`;
  return [
    ...(peakAfterRecovery === null
      ? [`Busiest second of a peer: ${beside('peak')}.`]
      : [
          `Busiest second of a peer once the trouble is over: ${beside('peakAfterRecovery')}.`,
          `Of ${ours.title}, the last worker ${back}.`,
        ]),
    `Requests sent before a peer's Retry-After was over: ${beside('early')}.`,
    `Failed requests: ${beside('wasted')}.`,
  ];
}

function troubleText({ scenario }: SimulationReport): string {
  const hasOutage = scenario.peers.some(({ outages }) => outages.length > 0);
  return [
    ...(hasOutage ? ['Shaded: a peer is down.'] : []),
    ...(scenario.restarts.length > 0 ? ['Vertical line: workers are restarted.'] : []),
  ].join(' ');
}

function capacityText({ scenario }: SimulationReport): string {
  const capacity = capacityOf(scenario);
  return capacity === 0 ? '' : ` Dashed: ${capacity} requests a second, the capacity of a peer.`;
}

function legend(contenders: readonly ContenderReport[]): string {
  const entries = contenders.map(({ title }, index) => `<li>${swatch(index)}${asText(title)}</li>`);
  return `<ul class="legend">${entries.join('')}</ul>`;
}

function swatch(index: number): string {
  return `<i class="swatch" style="background:${seriesColour(index)}"></i>`;
}

/** On a narrow screen the plot scrolls instead of shrinking until it is unreadable. */
function wide(svg: string, label: string): string {
  return `<div class="scroll" tabindex="0" role="region" aria-label="${asText(label)}">${labelled(svg, label)}</div>`;
}

function labelled(svg: string, label: string): string {
  return svg.replace('<svg ', () => `<svg role="img" aria-label="${asText(label)}" `);
}

function asText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
