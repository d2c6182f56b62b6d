import type { BoxText } from './box-text.ts';
import type { Box, Point } from './chart-geometry.ts';
import { SIGN_INDENT } from './chart-plan.ts';
import { element, rounded } from './svg-element.ts';
import { svgText } from './svg-text.ts';

/** Stays, and its timer is set afresh: a circle that ends in an arrow head. */
export function againSign({ x, y }: Point): string {
  const arc = `M${rounded(x + 2.4)} ${rounded(y - 3)}A3.8 3.8 0 1 0 ${rounded(x + 3.8)} ${rounded(y + 0.6)}`;
  const head = `M${rounded(x + 5)} ${rounded(y - 1.2)}l-4.6 .1l2.8 -4.1z`;
  return element('path', { class: 'way', d: arc }) + element('path', { class: 'tip', d: head });
}

/** Stays as it is. */
export function keptSign({ x, y }: Point): string {
  return element('circle', { class: 'dot', cx: x, cy: y, r: 2 });
}

/** Where a state is entered, or where it is asked which one is: a dot, in a pill if it has words. */
export function svgSign(box: Box, text: BoxText | undefined): string {
  const { x, y, width, height } = box;
  const middle = y + height / 2;
  if (text === undefined) return element('circle', { class: 'dot', cx: x + width / 2, cy: middle, r: 5 });
  return element(
    'g',
    { class: 'sign' },
    element('rect', { x, y, width, height, rx: height / 2 }),
    element('circle', { class: 'dot', cx: x + SIGN_INDENT + 1, cy: middle, r: 4 }),
    svgText(text.head, { x: x + SIGN_INDENT + 10, y: middle - text.head.height / 2 }),
  );
}
