import type { Point } from './chart-geometry.ts';
import { element, escaped } from './svg-element.ts';
import type { TextBlock, TextLine } from './text-block.ts';

/** Sets a block with its upper left corner, or the middle of its upper edge, at `at`. */
export function svgText(block: TextBlock, at: Point, anchor: 'start' | 'middle' = 'start'): string {
  const tops = block.lines.map((_, index) =>
    block.lines.slice(0, index).reduce((sum, { height }) => sum + height, 0),
  );
  return block.lines.map((line, index) => svgLine(line, at, tops[index] ?? 0, anchor)).join('');
}

function svgLine(line: TextLine, at: Point, top: number, anchor: 'start' | 'middle'): string {
  const runs = line.runs.map(({ text, style }, index) => {
    const shown = index === line.runs.length - 1 ? text.trimEnd() : text;
    return element('tspan', { class: style }, escaped(shown));
  });
  const y = at.y + top + line.height * 0.76;
  const middle = anchor === 'middle' ? 'middle' : undefined;
  return element('text', { x: at.x, y, 'text-anchor': middle, 'xml:space': 'preserve' }, ...runs);
}
