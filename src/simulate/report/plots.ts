import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { outageSpans, type Scenario } from '../scenario/scenario.ts';
import { numberText } from './figure-text.ts';
import type { ContenderReport, SimulationReport } from './simulation-report.ts';

/** Plots of a report, as SVG. Colours are CSS variables of the page: `--series-0` for the first contender, and so on. */
export interface ReportPlots {
  /** For each contender the busiest second of each minute, all on one scale. */
  readonly load: readonly string[];
  /** Undefined if there is nothing to recover from. */
  readonly recovery: string | undefined;
  readonly staleness: string;
}

/** Colours of the lines, for the light and the dark page. */
export const seriesColours: readonly { readonly light: string; readonly dark: string }[] = [
  { light: '#0550ae', dark: '#6cb6ff' },
  { light: '#cf222e', dark: '#ff7b72' },
  { light: '#9a6700', dark: '#e3b341' },
  { light: '#1a7f37', dark: '#56d364' },
  { light: '#8250df', dark: '#d2a8ff' },
  { light: '#bf3989', dark: '#ff9bce' },
  { light: '#57606a', dark: '#b1bac4' },
  { light: '#0a7d8c', dark: '#39c5cf' },
];

export function seriesColour(index: number): string {
  return `var(--series-${index % seriesColours.length})`;
}

export function drawPlots(report: SimulationReport): ReportPlots {
  return {
    load: report.contenders.map((one, index) => drawLoad(one, index, report)),
    recovery: report.recoveryFrom === null ? undefined : drawRecovery(report),
    staleness: drawStaleness(report),
  };
}

/** The largest capacity of any peer, in requests a second; 0: unlimited. */
export function capacityOf({ peers }: Scenario): number {
  return Math.max(...peers.map(({ requestsPerSecond }) => requestsPerSecond));
}

const WIDE = { width: 920, height: 320, marginLeft: 56, marginRight: 24, marginBottom: 40, marginTop: 28 };

function drawLoad(
  { timeline }: ContenderReport,
  index: number,
  { scenario, contenders }: SimulationReport,
): string {
  const most = Math.max(...contenders.map(({ figures }) => figures.peak), 1);
  const capacity = capacityOf(scenario);
  return draw({
    ...{ width: 450, height: 190, marginLeft: 46, marginRight: 12, marginBottom: 34, marginTop: 24 },
    x: hoursAxis(scenario),
    y: {
      type: 'symlog',
      domain: [0, Math.max(most, capacity)],
      ticks: decades(Math.max(most, capacity)),
      tickFormat: numberText,
      label: '↑ requests in the busiest second',
      labelArrow: 'none',
      grid: true,
    },
    marks: [
      ...troubleMarks(scenario),
      Plot.areaY(timeline.busiestSecond, {
        x: (_, minute) => (minute + 0.5) / 60,
        y: (requests: number) => requests,
        curve: 'step',
        fill: seriesColour(index),
        fillOpacity: 0.25,
      }),
      Plot.lineY(timeline.busiestSecond, {
        x: (_, minute) => (minute + 0.5) / 60,
        y: (requests: number) => requests,
        curve: 'step',
        stroke: seriesColour(index),
        strokeWidth: 1.2,
      }),
      ...(capacity === 0
        ? []
        : [Plot.ruleY([capacity], { stroke: 'var(--text)', strokeDasharray: '4 3', strokeOpacity: 0.8 })]),
      Plot.ruleY([0], { stroke: 'var(--edge)' }),
    ],
  });
}

function drawRecovery({ contenders }: SimulationReport): string {
  const points = contenders.flatMap(({ recoveryCurve }, index) =>
    recoveryCurve.flatMap((seconds, percent) =>
      seconds === null || !Number.isFinite(seconds) ? [] : [{ index, percent, minutes: seconds / 60 }],
    ),
  );
  const last = Math.max(1, ...points.map(({ minutes }) => minutes));
  return draw({
    ...WIDE,
    x: {
      // Most come back early, and the last may take hours.
      type: 'sqrt',
      ticks: [0, 1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720].filter(
        (tick) => tick <= last,
      ),
      tickFormat: numberText,
      label: 'minutes since then →',
      labelAnchor: 'right',
      labelArrow: 'none',
    },
    y: {
      label: '↑ workers that have pulled again',
      labelArrow: 'none',
      domain: [0, 100],
      tickFormat: (value) => `${value} %`,
      grid: true,
    },
    marks: [
      Plot.lineY(points, { x: 'minutes', y: 'percent', ...seriesLines, curve: 'step-after' }),
      Plot.ruleY([0], { stroke: 'var(--edge)' }),
    ],
  });
}

function drawStaleness({ contenders, scenario }: SimulationReport): string {
  const points = contenders.flatMap(({ timeline }, index) =>
    timeline.staleness.map((seconds, minute) => ({ index, hours: (minute + 1) / 60, minutes: seconds / 60 })),
  );
  return draw({
    ...WIDE,
    x: hoursAxis(scenario),
    y: {
      label: '↑ minutes since the last good pull, mean of all workers',
      labelArrow: 'none',
      grid: true,
      nice: true,
      zero: true,
    },
    marks: [
      ...troubleMarks(scenario),
      Plot.lineY(points, { x: 'hours', y: 'minutes', ...seriesLines }),
      Plot.ruleY([0], { stroke: 'var(--edge)' }),
    ],
  });
}

/** One line per contender. Ours, the first, is thicker and above the others. */
const seriesLines = {
  z: 'index',
  stroke: ({ index }: { readonly index: number }) => seriesColour(index),
  strokeWidth: ({ index }: { readonly index: number }) => (index === 0 ? 3 : 1.6),
  sort: ({ index }: { readonly index: number }) => -index,
} as const;

function hoursAxis({ hours }: Scenario): Plot.ScaleOptions {
  return {
    domain: [0, hours],
    label: 'hours since the beginning →',
    labelAnchor: 'right',
    labelArrow: 'none',
  };
}

/** Outages as bands, restarts as lines. */
function troubleMarks({ peers, restarts, hours }: Scenario): readonly Plot.Markish[] {
  const spans = peers
    .flatMap(({ outages }) => outages.flatMap(outageSpans))
    .map(([from, to]) => ({ from: from / 3600, to: Math.min(to / 3600, hours) }))
    .filter(({ from }) => from < hours);
  const begins = restarts.map(({ atMinute }) => atMinute / 60).filter((hour) => hour < hours);
  return [
    Plot.rectX(spans, { x1: 'from', x2: 'to', fill: 'var(--trouble)' }),
    Plot.ruleX(begins, { stroke: 'var(--trouble-line)', strokeWidth: 1.5 }),
  ];
}

/** 0, 1, 10, 100 … */
function decades(most: number): number[] {
  const powers = Array.from(
    { length: Math.ceil(Math.log10(Math.max(most, 10))) + 1 },
    (_, power) => 10 ** power,
  );
  return [0, ...powers.filter((power) => power <= most)];
}

function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<html><body></body></html>');
  const drawn = Plot.plot({ ...options, document, className: 'plot' });
  // The page has one style sheet for all plots and labels each plot as a whole.
  return drawn.outerHTML.replace(/<style>.*?<\/style>/s, '').replaceAll(/ aria-\w+="[^"]*"/g, '');
}
