import type { Size } from './chart-geometry.ts';
import type { ChartDrawing, ChartLine } from './chart-lines.ts';
import type { ChartState } from './chart-model.ts';
import { type ChartWords, toneTo } from './chart-words.ts';
import { writtenLine } from './line-text.ts';
import { type TextBlock, type TextRun, textBlock } from './text-block.ts';

/** Pixels a line may be wide: across the page, in a box of its own, in one of many side by side in a frame. */
export const PAGE_ROOM = 760;
const BOX_ROOM = 214;
const FRAMED_ROOM = 134;

export const BOX_PADDING = 10;
/** Between name and reactions. */
export const REACTIONS_GAP = 5;
/** For the sign before a reaction. */
export const REACTION_INDENT = 16;

/** The words in a box. */
export interface BoxText {
  /** Name and description. */
  readonly head: TextBlock;
  /** What it reacts to without an arrow. */
  readonly reactions: readonly Reaction[];
}

export interface Reaction {
  readonly line: ChartLine;
  readonly block: TextBlock;
  /** The class of the line, by where it leads. */
  readonly tone: string;
}

export function stateText(state: ChartState, drawing: ChartDrawing, words: ChartWords): BoxText {
  const room = roomOf(state, drawing);
  const name: TextRun = { text: state.key, style: state.children.length > 0 ? 'title' : 'name' };
  const invoked = state.invokes.map((actor): TextRun[] => [
    { text: 'runs ', style: 'note' },
    { text: actor, style: 'event' },
  ]);
  const head = textBlock([[name], [{ text: state.description, style: 'note' }], ...invoked], room);
  return { head, reactions: reactionsOf(state.path, drawing, words, room) };
}

export function frameText(id: string, drawing: ChartDrawing, words: ChartWords): BoxText {
  const { title, description } = words.frame;
  const head: TextRun[] = [
    { text: `${title}  `, style: 'title' },
    { text: description, style: 'note' },
  ];
  return {
    head: textBlock([head], PAGE_ROOM),
    reactions: reactionsOf(id, drawing, words, PAGE_ROOM),
  };
}

export function signText(text: string): BoxText {
  return { head: textBlock([[{ text, style: 'note' }]], PAGE_ROOM), reactions: [] };
}

/** What a box must measure to hold its words. */
export function textSize({ head, reactions }: BoxText): Size {
  const widths = reactions.map(({ block }) => block.width + REACTION_INDENT);
  const heights = reactions.map(({ block }) => block.height);
  const below = heights.reduce((sum, height) => sum + height, heights.length > 0 ? REACTIONS_GAP : 0);
  return {
    width: Math.ceil(Math.max(head.width, ...widths) + 2 * BOX_PADDING),
    height: Math.ceil(head.height + below + 2 * BOX_PADDING),
  };
}

function reactionsOf(source: string, drawing: ChartDrawing, words: ChartWords, room: number): Reaction[] {
  return drawing.lines
    .filter((line) => line.source === source && !line.isArrow)
    .map((line) => ({
      line,
      block: textBlock([writtenLine(line, words)], room - REACTION_INDENT),
      tone: toneTo(line.target, words),
    }));
}

function roomOf({ path, children }: ChartState, { frames }: ChartDrawing): number {
  if (frames.some(({ members }) => members.includes(path))) return FRAMED_ROOM;
  // Wide enough only at the top level; further down ELK makes a box as wide as what is in it, and no wider.
  return children.length > 0 && !path.includes('.') ? PAGE_ROOM : BOX_ROOM;
}
