import type { Tone } from './chart-words.ts';
import { type TextStyle, textStyles } from './text-style.ts';

interface Palette {
  readonly page: string;
  readonly edge: string;
  readonly compound: string;
  readonly leaf: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly tones: Readonly<Record<Tone, string>>;
}

const light: Palette = {
  page: '#ffffff',
  edge: '#d0d7de',
  compound: '#f6f8fa',
  leaf: '#ffffff',
  text: '#1f2328',
  quiet: '#59636e',
  line: '#6e7781',
  tones: {
    calm: '#59636e',
    busy: '#0969da',
    good: '#1a7f37',
    bad: '#cf222e',
    odd: '#9a6700',
    alone: '#8250df',
  },
};

const dark: Palette = {
  page: '#0d1117',
  edge: '#3d444d',
  compound: '#151b23',
  leaf: '#0d1117',
  text: '#f0f6fc',
  quiet: '#9198a1',
  line: '#8b949e',
  tones: {
    calm: '#9198a1',
    busy: '#4493f8',
    good: '#3fb950',
    bad: '#f85149',
    odd: '#d29922',
    alone: '#ab7df8',
  },
};

/** The picture brings its background along, so that it reads the same on a light and on a dark page. */
export function chartStyle(): string {
  return [
    `text{font-family:-apple-system,"Segoe UI","Noto Sans",Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif}`,
    ...Object.entries(textStyles).map(([style, look]) => fontRule(style as TextStyle, look)),
    '.way{fill:none;stroke-width:1.4}.plain .way{stroke-width:1}',
    '.box{stroke-width:1.2}.frame>.box{stroke-dasharray:6 4}',
    colours(light),
    `@media(prefers-color-scheme:dark){${colours(dark)}}`,
  ].join('\n');
}

function fontRule(style: TextStyle, { size, bold, italic }: (typeof textStyles)[TextStyle]): string {
  return `.${style}{font-size:${size}px${bold ? ';font-weight:600' : ''}${italic ? ';font-style:italic' : ''}}`;
}

function colours({ page, edge, compound, leaf, text, quiet, line, tones }: Palette): string {
  return [
    `.page{fill:${page};stroke:${edge}}`,
    `.box{fill:${leaf};stroke:${line}}.holds>.box{fill:${compound}}.plate{fill:${page}}`,
    `text{fill:${text}}.note,.tells{fill:${quiet}}`,
    `.way{stroke:${line}}.tip,.dot{fill:${line}}.sign>rect{fill:${page};stroke:${line}}`,
    ...Object.entries(tones).map(
      ([tone, colour]) =>
        `.${tone}>.box,.to-${tone} .way{stroke:${colour}}.${tone}>text .name,.${tone}>text .title,.to-${tone} .event,.to-${tone} .tip{fill:${colour}}`,
    ),
  ].join('');
}
