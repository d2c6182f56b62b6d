import { type BoxText, frameText, PAGE_ROOM, signText, stateText, textSize } from './box-text.ts';
import { type Arrow, arrowsOf, choosersOf } from './chart-arrows.ts';
import type { Size } from './chart-geometry.ts';
import type { ChartDrawing } from './chart-lines.ts';
import { statesOf } from './chart-model.ts';
import type { ChartWords } from './chart-words.ts';
import { arrowText } from './line-text.ts';
import { homesOf, type NodeHomes, topOf } from './node-homes.ts';
import { choiceOf, isChoice, isFrame, isStart, ROOT, startOf } from './node-ids.ts';
import { type TextBlock, textBlock } from './text-block.ts';

/** Pixels a label may be wide: one that stands between the boxes has more room than one within a box. */
const INNER_LABEL_ROOM = 140;
const OUTER_LABEL_ROOM = 200;
const LABEL_PADDING = 4;

const DOT: Size = { width: 12, height: 12 };
/** For the dot before a sign's words. */
export const SIGN_INDENT = 12;
const SIGN_HEIGHT = 24;

/** All there is to draw, its words set and measured, and no place given to anything yet. */
export interface ChartPlan {
  readonly drawing: ChartDrawing;
  readonly title: TextBlock;
  readonly homes: NodeHomes;
  /** In the order of the definition. */
  readonly nodes: readonly PlannedNode[];
  readonly arrows: readonly PlannedArrow[];
}

export interface PlannedNode extends Size {
  readonly id: string;
  /** A start sign within, to which no arrow leads, is a mere dot. */
  readonly text: BoxText | undefined;
  readonly holdsOthers: boolean;
}

export interface PlannedArrow {
  readonly arrow: Arrow;
  readonly label: PlannedLabel | undefined;
}

export interface PlannedLabel extends Size {
  readonly text: TextBlock;
}

export function planOf(drawing: ChartDrawing, words: ChartWords): ChartPlan {
  const { root } = drawing.model;
  const homes = homesOf(drawing);
  const arrows = arrowsOf(drawing);
  const states = statesOf(root);
  const starts = states.flatMap(({ path, initial }) => (initial === undefined ? [] : [startOf(path)]));
  const worded = new Set([startOf(ROOT), ...arrows.map(({ to }) => to)]);
  const nodes = [
    ...starts.map((id) => signNode(id, worded.has(id) ? signText(words.start) : undefined)),
    ...choosersOf(drawing).map((path) => signNode(choiceOf(path), signText(words.choice))),
    ...states
      .filter(({ path }) => path !== ROOT)
      .map((state) => boxNode(state.path, stateText(state, drawing, words), state.children.length > 0)),
    ...drawing.frames.map(({ id }) => boxNode(id, frameText(id, drawing, words), true)),
  ];
  const title = textBlock(
    [
      [
        { text: `${root.key}  `, style: 'title' },
        { text: root.description, style: 'note' },
      ],
    ],
    PAGE_ROOM,
  );
  const planned = arrows.map((arrow) => ({ arrow, label: labelOf(arrow, homes, words) }));
  return { drawing, title, homes, nodes, arrows: planned };
}

/** Whether a label stands between the boxes: that of an arrow that leaves the last node of one. */
export function isOuter(arrow: Arrow, homes: NodeHomes): boolean {
  if (topOf(arrow.from, homes) === topOf(arrow.to, homes)) return false;
  const upper = isTurned(arrow, homes) ? arrow.to : arrow.from;
  const top = topOf(upper, homes);
  const beside = [...homes].filter(([id, home]) => home === top && !isStart(id)).map(([id]) => id);
  return upper === top || upper === beside.at(-1);
}

/** Boxes stand above frames. An arrow that runs up the page is laid out from its target, and turned when drawn. */
export function isTurned({ from, to }: Arrow, homes: NodeHomes): boolean {
  const [above, below] = [topOf(from, homes), topOf(to, homes)];
  return above === below ? isChoice(to) : isFrame(above) && !isFrame(below);
}

function labelOf(arrow: Arrow, homes: NodeHomes, words: ChartWords): PlannedLabel | undefined {
  const { line, from, to } = arrow;
  // A choice's arrow to the very state that was asked for explains itself.
  if (line === undefined || (isChoice(from) && line.guard?.param === to)) return undefined;
  const room = isOuter(arrow, homes) ? OUTER_LABEL_ROOM : INNER_LABEL_ROOM;
  const text = textBlock(arrowText(line, words), room);
  return {
    text,
    width: Math.ceil(text.width + 2 * LABEL_PADDING),
    height: Math.ceil(text.height + 2 * LABEL_PADDING),
  };
}

function boxNode(id: string, text: BoxText, holdsOthers: boolean): PlannedNode {
  return { id, text, holdsOthers, ...textSize(text) };
}

function signNode(id: string, text: BoxText | undefined): PlannedNode {
  const size = text === undefined ? DOT : { width: textSize(text).width + SIGN_INDENT, height: SIGN_HEIGHT };
  return { id, text, holdsOthers: false, ...size };
}
