import { lineHeight, type TextStyle } from './text-style.ts';
import { textWidth } from './text-width.ts';

/** Pixels by which a paragraph is made narrower at a time. */
const STEP = 4;

export interface TextRun {
  readonly text: string;
  readonly style: TextStyle;
}

/** One line of text, its runs set one after the other. */
export interface TextLine {
  readonly runs: readonly TextRun[];
  readonly width: number;
  readonly height: number;
}

/** Lines below each other. */
export interface TextBlock {
  readonly lines: readonly TextLine[];
  readonly width: number;
  readonly height: number;
}

/**
 * Sets paragraphs below each other, each broken between words so that no line is wider than `room` pixels, and its
 * lines about equally wide.
 */
export function textBlock(paragraphs: readonly (readonly TextRun[])[], room: number): TextBlock {
  const lines = paragraphs.flatMap((runs) => evenly(runs, room));
  return {
    lines,
    width: lines.reduce((widest, { width }) => Math.max(widest, width), 0),
    height: lines.reduce((sum, { height }) => sum + height, 0),
  };
}

/** As narrow as it gets without one line more. */
function evenly(runs: readonly TextRun[], room: number): TextLine[] {
  const lines = brokenInto(runs, room);
  if (lines.length < 2) return lines;
  const narrower = brokenInto(runs, room - STEP);
  const fits = narrower.length === lines.length && narrower.every(({ width }) => width <= room - STEP);
  return fits ? evenly(runs, room - STEP) : lines;
}

function brokenInto(runs: readonly TextRun[], room: number): TextLine[] {
  const lines: TextRun[][] = [[]];
  for (const word of runs.flatMap(wordsOf)) {
    const line = lines.at(-1) ?? [];
    if (line.length > 0 && widthOf([...line, word]) > room) lines.push([word]);
    else line.push(word);
  }
  return lines.filter((words) => words.length > 0).map(lineOf);
}

/** Each word keeps the space after it, so that a line is its words put together. */
function wordsOf({ text, style }: TextRun): TextRun[] {
  return text.split(/(?<= )/).map((word) => ({ text: word, style }));
}

function lineOf(words: readonly TextRun[]): TextLine {
  const runs: TextRun[] = [];
  for (const { text, style } of words) {
    const last = runs.at(-1);
    if (last?.style === style) runs[runs.length - 1] = { text: last.text + text, style };
    else runs.push({ text, style });
  }
  return {
    runs,
    width: widthOf(words),
    height: words.reduce((tallest, { style }) => Math.max(tallest, lineHeight(style)), 0),
  };
}

/** The space after the last word does not count. */
function widthOf(words: readonly TextRun[]): number {
  return words.reduce((sum, { text, style }, index) => {
    const shown = index === words.length - 1 ? text.trimEnd() : text;
    return sum + textWidth(shown, style);
  }, 0);
}
