import {
  BOX_PADDING,
  type BoxText,
  REACTION_INDENT,
  REACTIONS_GAP,
  type Reaction,
  textSize,
} from './box-text.ts';
import type { Box, Point } from './chart-geometry.ts';
import { element } from './svg-element.ts';
import { againSign, keptSign } from './svg-signs.ts';
import { svgText } from './svg-text.ts';

/** A box with its words at its upper edge, or, for a frame, at its lower one. */
export function svgBox(box: Box, text: BoxText, wordsAt: 'top' | 'bottom'): string {
  const { x, y, width, height } = box;
  const top = wordsAt === 'top' ? y : y + height - textSize(text).height;
  const rect = element('rect', { class: 'box', x, y, width, height, rx: 8 });
  return rect + svgWords(text, { x: x + BOX_PADDING, y: top + BOX_PADDING });
}

function svgWords({ head, reactions }: BoxText, { x, y }: Point): string {
  let top = y + head.height + REACTIONS_GAP;
  const written = reactions.map((reaction) => {
    const svg = svgReaction(reaction, { x, y: top });
    top += reaction.block.height;
    return svg;
  });
  return svgText(head, { x, y }) + written.join('');
}

/** The sign tells whether the state is entered again, and so its timer set afresh. */
function svgReaction({ line, block, tone }: Reaction, { x, y }: Point): string {
  const sign = { x: x + 6, y: y + 8 };
  const marks =
    line.target === undefined ? (line.reenter ? againSign(sign) : keptSign(sign)) : leavesSign(sign);
  const text = svgText(block, { x: x + REACTION_INDENT, y });
  return element('g', { class: `edge ${tone}`, 'data-edge': line.transitions.join(' ') }, marks, text);
}

function leavesSign({ x, y }: Point): string {
  return (
    element('path', { class: 'way', d: `M${x - 4} ${y}h6` }) +
    element('path', { class: 'tip', d: `M${x + 5} ${y}l-5 -3v6z` })
  );
}
