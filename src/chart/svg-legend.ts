import type { Point } from './chart-geometry.ts';
import { element } from './svg-element.ts';
import { againSign, keptSign } from './svg-signs.ts';
import { svgText } from './svg-text.ts';
import { type TextRun, textBlock } from './text-block.ts';

interface LegendEntry {
  readonly sign: ((at: Point) => string) | undefined;
  readonly runs: readonly TextRun[];
}

const entries: readonly LegendEntry[] = [
  { sign: againSign, runs: [{ text: 'stays, its timer set afresh', style: 'note' }] },
  { sign: keptSign, runs: [{ text: 'stays as it is', style: 'note' }] },
  {
    sign: undefined,
    runs: [
      { text: '[else: …] ', style: 'guard' },
      { text: 'holds if no other guard did before', style: 'note' },
    ],
  },
  {
    sign: undefined,
    runs: [
      { text: 'tells … ', style: 'tells' },
      { text: 'the event it emits', style: 'note' },
    ],
  },
];

const SIGN_ROOM = 14;
const BETWEEN = 22;

/** One line that explains the signs, from `at` to the right. */
export function svgLegend(at: Point): string {
  let { x } = at;
  const written = entries.map(({ sign, runs }) => {
    const block = textBlock([runs], Number.POSITIVE_INFINITY);
    const indent = sign === undefined ? 0 : SIGN_ROOM;
    const mark = sign === undefined ? '' : sign({ x: x + 5, y: at.y + 8 });
    const svg = mark + svgText(block, { x: x + indent, y: at.y });
    x += indent + block.width + BETWEEN;
    return svg;
  });
  return element('g', { class: 'legend' }, ...written);
}
