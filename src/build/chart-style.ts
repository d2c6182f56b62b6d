/** The colour of a state and of the arrows to it. */
export type Tone = 'calm' | 'busy' | 'good' | 'bad' | 'odd' | 'alone';

export type TextStyle = 'title' | 'name' | 'note' | 'event' | 'does' | 'emits';

/** Font sizes in pixels and text styles, used by both layout and drawing. */
export const textStyles: Readonly<Record<TextStyle, { readonly size: number; readonly css: string }>> = {
  title: { size: 20, css: 'font-weight:700' },
  name: { size: 17, css: 'font-weight:700' },
  note: { size: 14, css: 'fill:var(--quiet)' },
  event: { size: 14, css: 'font-weight:600' },
  does: { size: 14, css: '' },
  emits: { size: 13, css: 'font-style:italic;fill:var(--quiet)' },
};

const tones: readonly Tone[] = ['calm', 'busy', 'good', 'bad', 'odd', 'alone'];

const light = {
  page: '#ffffff',
  edge: '#d0d7de',
  compound: '#f6f8fa',
  leaf: '#ffffff',
  text: '#1f2328',
  quiet: '#59636e',
  line: '#6e7781',
  calm: '#59636e',
  busy: '#0969da',
  good: '#1a7f37',
  bad: '#cf222e',
  odd: '#9a6700',
  alone: '#8250df',
};

const dark: typeof light = {
  page: '#0d1117',
  edge: '#3d444d',
  compound: '#151b23',
  leaf: '#0d1117',
  text: '#f0f6fc',
  quiet: '#9198a1',
  line: '#8b949e',
  calm: '#9198a1',
  busy: '#4493f8',
  good: '#3fb950',
  bad: '#f85149',
  odd: '#d29922',
  alone: '#ab7df8',
};

/**
 * The picture includes its background, so that it looks the same on a light and on a dark page. Its colours are variables of the
 * root, so that a page that embeds the picture can override them.
 */
export function chartStyle(): string {
  return [
    `:root{${variables(light)}}@media(prefers-color-scheme:dark){:root{${variables(dark)}}}`,
    `text{fill:var(--text);font-family:-apple-system,"Segoe UI","Noto Sans",Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif}`,
    ...Object.entries(textStyles).map(([style, { size, css }]) => `.${style}{font-size:${size}px;${css}}`),
    '.page{fill:var(--page);stroke:var(--edge)}.box{fill:var(--leaf);stroke:var(--line);stroke-width:1.5}',
    '.holds>.box{fill:var(--compound)}.frame>.box{stroke-dasharray:6 4}.plate{fill:var(--page)}.inside{fill:var(--compound)}',
    '.way{fill:none;stroke:var(--line);stroke-width:1.6}.restored .way{stroke-dasharray:4 3}.tip,.dot{fill:var(--line)}',
    ...tones.map(
      (tone) =>
        `.${tone}>.box,.to-${tone} .way{stroke:var(--${tone})}.${tone}>text .name,.to-${tone} .event,.to-${tone} .tip{fill:var(--${tone})}`,
    ),
  ].join('\n');
}

function variables(palette: Readonly<Record<string, string>>): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}
