import { chartStyle } from './chart-style.ts';
import { wrap } from './chart-text.ts';
import {
  type Drawing,
  type DrawnArrow,
  type DrawnBox,
  type DrawnText,
  type Point,
  plateBox,
} from './draw-chart.ts';

const CORNER = 7;
const MARGIN = 16;

/** A drawing as SVG. A state has its path in `data-state`; an arrow or a line has the ids of its transitions in `data-edge`. */
export function chartSvg({ page: { width, height }, title, description, boxes, arrows }: Drawing): string {
  const holders = boxes.filter(({ holdsOthers }) => holdsOthers);
  const parts = [
    `<title>The statechart ${escaped(title)}</title>`,
    `<desc>${escaped(description)}</desc>`,
    `<style>${chartStyle()}</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>`,
    svgText(plain(MARGIN, 12, [['title', title]])),
    svgText(plain(MARGIN, 38, [['note', description]])),
    ...holders.map(svgBox),
    ...arrows.map((arrow) => svgArrow(arrow, holders)),
    ...boxes.filter(({ holdsOthers }) => !holdsOthers).map(svgBox),
    svgLegend(height - 30),
  ];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`;
  return `${[head, ...parts, '</svg>'].join('\n')}\n`;
}

function plain(x: number, y: number, runs: Parameters<typeof wrap>[0]): DrawnText {
  return { x, y, align: 'start', lines: wrap(runs, Number.POSITIVE_INFINITY), edges: [], reenter: false };
}

function svgBox({ box: [x, y, width, height], classes, state, texts }: DrawnBox): string {
  const name = state === undefined ? '' : ` data-state="${escaped(state)}"`;
  const rect = `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`;
  return `<g class="${classes}"${name}>${rect}${texts.map(svgText).join('')}</g>`;
}

/** A mark to the left of a text: a circular arrow if the transition re-enters its state, a dot if it does not. */
function svgText({ x, y, align, lines, edges, reenter }: DrawnText): string {
  let below = y;
  const tspans = lines.map(({ runs, height }) => {
    const baseline = below + height * 0.76;
    below += height;
    const [first, ...others] = runs.map(([style, text]) => ({ style, text: escaped(text) }));
    const start = `x="${rounded(x)}" y="${rounded(baseline)}"`;
    return [
      `<tspan ${start} class="${first?.style}">${first?.text}</tspan>`,
      ...others.map(({ style, text }) => `<tspan class="${style}">${text}</tspan>`),
    ].join('');
  });
  if (tspans.length === 0) return '';
  const text = `<text${align === 'start' ? '' : ` text-anchor="${align}"`}>${tspans.join('')}</text>`;
  if (edges.length === 0) return text;
  const at = [x - 11, y + 10] as const;
  const mark = reenter ? againSign(...at) : `<circle class="dot" cx="${at[0]}" cy="${at[1]}" r="2.5"/>`;
  return `<g class="edge plain" data-edge="${escaped(edges.join(' '))}">${mark}${text}</g>`;
}

function againSign(x: number, y: number): string {
  return `<g transform="translate(${x} ${y})"><path class="way" d="M4 2A4.5 4.5 0 1 1 3-3.4"/><path class="tip" d="M6.4-5.6V-.4L1.6-2.6z"/></g>`;
}

function svgArrow(
  { points, classes, edges, label, isStart }: DrawnArrow,
  holders: readonly DrawnBox[],
): string {
  const name = edges.length === 0 ? '' : ` data-edge="${escaped(edges.join(' '))}"`;
  const [start] = points;
  const dot =
    isStart && start !== undefined ? `<circle class="dot" cx="${start[0]}" cy="${start[1]}" r="6"/>` : '';
  const parts = [`<path class="way" d="${roundedPath(points)}"/>`, tipOf(points), dot];
  if (label !== undefined) {
    const [x, y, width, height] = plateBox(label);
    const isInside = holders.some(({ box }) => x > box[0] && y > box[1] && y < box[1] + box[3]);
    parts.push(
      `<rect class="plate${isInside ? ' inside' : ''}" x="${rounded(x)}" y="${y}" width="${rounded(width)}" height="${height}" rx="4"/>`,
      svgText(label),
    );
  }
  return `<g class="${classes}"${name}>${parts.join('')}</g>`;
}

function tipOf(points: readonly Point[]): string {
  const [[x, y] = [0, 0], before = [0, 0]] = points.toReversed();
  const degrees = (Math.atan2(y - before[1], x - before[0]) * 180) / Math.PI;
  return `<path class="tip" d="M0 0L-9 4.5V-4.5z" transform="translate(${x} ${y}) rotate(${degrees})"/>`;
}

function roundedPath(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (before === undefined) return `M${point.join(' ')}`;
      if (after === undefined) return `L${point.join(' ')}`;
      return `L${toward(point, before)}Q${point.join(' ')} ${toward(point, after)}`;
    })
    .join('');
}

/** The point between two corners where the curve starts. */
function toward([x, y]: Point, [toX, toY]: Point): string {
  const length = Math.hypot(toX - x, toY - y);
  const part = Math.min(CORNER, length / 2) / length;
  return `${rounded(x + (toX - x) * part)} ${rounded(y + (toY - y) * part)}`;
}

function svgLegend(y: number): string {
  return [
    againSign(MARGIN + 6, y + 10),
    svgText(plain(MARGIN + 18, y, [['note', 'enters the same state again']])),
    svgText(
      plain(232, y, [
        ['event', 'event'],
        ['does', '[guard] actions'],
        ['emits', 'events that are emitted'],
      ]),
    ),
    `<g class="restored"><path class="way" d="M566 ${y + 9}h30"/></g>`,
    svgText(plain(602, y, [['note', 'at a restart']])),
  ].join('');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Rounds to a tenth of a pixel, so that the file is the same on every machine. */
function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
