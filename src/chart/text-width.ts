import { type TextStyle, textStyles } from './text-style.ts';

/**
 * Advance widths in 1/100 em, by character. They are those of DejaVu Sans, the widest of the fonts the picture may be
 * shown in, so that no text leaves its box in any of them.
 */
const widths = new Map<string, number>();
const sets: Readonly<Record<number, string>> = {
  28: "'ijl",
  32: ' \u00a0,.·I',
  34: '/:;|!',
  41: '()[]-frt',
  55: 'cszJ_',
  61: '?FLPTYaeokvxy',
  64: '0123456789bdghnpquES$',
  70: 'ABCKRVXZ',
  79: 'DGHNOQU&',
  84: '+<=>#~≤→w',
  99: 'MWm%@…',
};
for (const [width, characters] of Object.entries(sets)) {
  for (const character of characters) widths.set(character, Number(width));
}

/** Pixels a text takes at most. */
export function textWidth(text: string, style: TextStyle): number {
  const { size, bold } = textStyles[style];
  const hundredths = [...text].reduce((sum, character) => sum + (widths.get(character) ?? 99), 0);
  return (hundredths / 100) * size * (bold ? 1.12 : 1);
}
