import { seriesColours } from './plots.ts';

/** The style sheet of a report, light or dark like the reader's system. */
export function reportStyle(): string {
  const series = (of: 'light' | 'dark'): string =>
    seriesColours.map((colour, index) => `--series-${index}: ${colour[of]};`).join(' ');
  return `:root {
  color-scheme: light dark;
  --page: #ffffff; --card: #f6f8fa; --text: #1f2328; --quiet: #59636e; --edge: #d0d7de; --bad: #cf222e; --good: #1a7f37;
  --trouble: #ffebe9; --trouble-line: #cf222e;
  ${series('light')}
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #151b23; --text: #f0f6fc; --quiet: #9198a1; --edge: #3d444d; --bad: #ff7b72; --good: #56d364;
    --trouble: #3d1c1f; --trouble-line: #ff7b72;
    ${series('dark')}
  }
}
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 24px 48px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 19px; margin: 40px 0 8px; }
p { margin: 0 0 12px; max-width: 76ch; }
.lead { font-size: 17px; }
.quiet { color: var(--quiet); font-size: 13px; max-width: none; }
.note { color: var(--quiet); font-size: 12.5px; }
.short { background: var(--card); border: 1px solid var(--edge); border-radius: 8px; padding: 4px 20px 12px; margin-top: 24px; }
.short h2 { margin-top: 12px; }
ul { margin: 0; padding-left: 20px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: 6px 7px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--edge); }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom; }
tbody th { text-align: left; font-weight: 400; }
.ours th, .ours td { font-weight: 650; background: var(--card); }
.bad { color: var(--bad); }
.good { color: var(--good); }
.asserted { list-style: none; padding: 0; }
dl { margin: 16px 0 0; font-size: 13px; columns: 2; column-gap: 32px; }
dl div { break-inside: avoid; margin-bottom: 6px; }
dt { font-weight: 600; display: inline; }
dt::after { content: ": "; }
dd { display: inline; margin: 0; color: var(--quiet); }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 24px 16px; }
figure { margin: 0; display: flex; flex-direction: column; justify-content: space-between; }
figcaption { margin-bottom: 6px; line-height: 1.35; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin-bottom: 8px; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 7px; }
.plot { display: block; width: 100%; height: auto; overflow: visible; }
.scroll .plot { min-width: 640px; }
.plot text { white-space: pre; }
code, pre { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; font-size: 12.5px; }
pre { overflow-x: auto; background: var(--card); padding: 12px; border-radius: 8px; }
footer { margin-top: 40px; border-top: 1px solid var(--edge); padding-top: 16px; }
@media (max-width: 640px) { dl { columns: 1; } main { padding: 20px 14px; } }
@media (forced-colors: active) { .swatch, .plot { forced-color-adjust: none; } }
`;
}
