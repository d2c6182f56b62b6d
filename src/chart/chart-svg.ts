import type { ChartLayout } from './chart-layout.ts';
import type { ChartPlan, PlannedArrow, PlannedNode } from './chart-plan.ts';
import { chartStyle } from './chart-style.ts';
import { type ChartWords, toneOf, toneTo } from './chart-words.ts';
import type { PageMargins } from './elk-graph.ts';
import { isChoice, isFrame, isStart } from './node-ids.ts';
import { svgArrow } from './svg-arrow.ts';
import { svgBox } from './svg-box.ts';
import { element, escaped } from './svg-element.ts';
import { svgLegend } from './svg-legend.ts';
import { svgSign } from './svg-signs.ts';
import { svgText } from './svg-text.ts';

const SIDE = 16;
const LEGEND_HEIGHT = 30;

export function pageMargins({ title }: ChartPlan): PageMargins {
  return { above: Math.ceil(title.height) + 20, side: SIDE, below: SIDE + LEGEND_HEIGHT };
}

/** Draws what was laid out. A state carries its path as `data-state`; a line the ids of its transitions as `data-edge`. */
export function chartSvg(plan: ChartPlan, layout: ChartLayout, words: ChartWords): string {
  const { root } = plan.drawing.model;
  const { width, height } = layout.page;
  const holders = plan.nodes.filter(({ holdsOthers }) => holdsOthers);
  const others = plan.nodes.filter(({ holdsOthers }) => !holdsOthers);
  const parts = [
    element('title', {}, escaped(`The statechart ${root.key}`)),
    element('desc', {}, escaped(root.description)),
    element('style', {}, chartStyle()),
    element('rect', { class: 'page', x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 10 }),
    svgText(plan.title, { x: SIDE, y: 12 }),
    // Frames lie behind the states in them, and these behind the arrows that leave what is in them.
    ...holders.filter(({ id }) => isFrame(id)).map((node) => svgNode(node, layout, words)),
    ...holders.filter(({ id }) => !isFrame(id)).map((node) => svgNode(node, layout, words)),
    ...plan.arrows.map((planned) => svgPlannedArrow(planned, layout, words)),
    ...others.map((node) => svgNode(node, layout, words)),
    svgLegend({ x: SIDE, y: height - LEGEND_HEIGHT }),
  ];
  const size = { viewBox: `0 0 ${width} ${height}`, width, height };
  const svg = element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size, role: 'img' },
    ...parts.map((part) => `\n${part}`),
    '\n',
  );
  return `${svg}\n`;
}

function svgNode({ id, text, holdsOthers }: PlannedNode, { boxes }: ChartLayout, words: ChartWords): string {
  const box = boxes.get(id);
  if (box === undefined) throw new RangeError(`The layout has no place for ${id}`);
  if (isStart(id) || isChoice(id) || text === undefined) return svgSign(box, text);
  if (isFrame(id)) return element('g', { class: 'frame holds' }, svgBox(box, text, 'bottom'));
  const classes = ['state', toneOf(id, words), ...(holdsOthers ? ['holds'] : [])].join(' ');
  return element('g', { class: classes, 'data-state': id }, svgBox(box, text, 'top'));
}

function svgPlannedArrow({ arrow, label }: PlannedArrow, layout: ChartLayout, words: ChartWords): string {
  const { line } = arrow;
  const way = layout.ways.get(arrow.id);
  if (way === undefined) throw new RangeError(`The layout has no way for ${arrow.id}`);
  const restores = isChoice(arrow.from) || isChoice(arrow.to);
  const tone = toneTo(restores ? undefined : line?.target, words);
  const box = layout.labels.get(arrow.id);
  const plate =
    label === undefined || box === undefined
      ? ''
      : element('rect', { class: 'plate', x: box.x, y: box.y, width: box.width, height: box.height, rx: 4 }) +
        svgText(
          label.text,
          { x: box.x + box.width / 2, y: box.y + (box.height - label.text.height) / 2 },
          'middle',
        );
  return element(
    'g',
    { class: `edge ${tone}`, 'data-edge': line?.transitions.join(' ') },
    svgArrow(way),
    plate,
  );
}
