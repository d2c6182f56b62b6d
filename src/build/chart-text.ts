import { type TextStyle, textStyles } from './chart-style.ts';

/** A piece of text in one style. */
export type TextRun = readonly [style: TextStyle, text: string];

export function run(style: TextStyle, text: string): TextRun {
  return [style, text];
}

export interface TextLine {
  readonly runs: readonly TextRun[];
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Breaks a paragraph between words into lines of at most `width` pixels. */
export function wrap(paragraph: readonly TextRun[], width: number): TextLine[] {
  const lines: TextRun[][] = [[]];
  for (const [style, text] of paragraph) {
    for (const word of text.split(' ').filter(Boolean)) {
      const line = lines.at(-1) ?? [];
      const grown = append(line, style, word);
      if (line.length > 0 && widthOf(grown) > width) lines.push([[style, word]]);
      else lines.splice(-1, 1, grown);
    }
  }
  return lines
    .filter((runs) => runs.length > 0)
    .map((runs) => ({
      runs,
      width: widthOf(runs),
      height: Math.ceil(Math.max(...runs.map(([style]) => textStyles[style].size)) * 1.3),
    }));
}

function append(line: readonly TextRun[], style: TextStyle, word: string): TextRun[] {
  const [last, text] = line.at(-1) ?? [];
  if (text === undefined) return [[style, word]];
  return last === style ? [...line.slice(0, -1), [style, `${text} ${word}`]] : [...line, [style, ` ${word}`]];
}

/** The approximate width of a line in pixels, in the widest font that may be used to show the picture. */
function widthOf(runs: readonly TextRun[]): number {
  return runs.reduce((sum, [style, text]) => {
    const ems = [...text].reduce((total, character) => total + emsOf(character), 0);
    return sum + ems * textStyles[style].size * (/weight/.test(textStyles[style].css) ? 1.07 : 1);
  }, 0);
}

function emsOf(character: string): number {
  if (/[ ijlI.,:;'|]/.test(character)) return 0.28;
  if (/[rtf[\]()-]/.test(character)) return 0.36;
  if (/[mwMW]/.test(character)) return 0.88;
  return /[A-Z]/.test(character) ? 0.68 : 0.56;
}
