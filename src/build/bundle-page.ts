import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

/** As the build is told to name them in `vite.config.ts`. */
const LICENSES = 'bundled-licenses.md';
const name = 'virtual:inspector-page';
const resolved = `\0${name}`;
const at = (path: string): string => fileURLToPath(new URL(`../inspect/page/${path}`, import.meta.url));

/** In this order: what comes later holds against what came before. */
const sheets = ['colours', 'elements', 'frame', 'now', 'chart', 'runs', 'lists', 'widths'];

/**
 * Gives `virtual:inspector-page`: the page as text, its script bundled for browsers, and the chart inside it. The
 * chart's own rules become rules of the page's sheet, so that the page can forbid every style that stands in markup.
 */
export function bundlePage(): Plugin {
  const sources = [
    'page.html',
    '../../../machines/sync-worker.svg',
    ...sheets.map((sheet) => `styles/${sheet}.css`),
  ].map(at);
  let licenses = '';
  return {
    name: 'infonet-sync-worker:inspector-page',
    resolveId: (id) => (id === name ? resolved : undefined),
    async load(id) {
      if (id !== resolved) return undefined;
      for (const source of sources) this.addWatchFile(source);
      const texts = await Promise.all(sources.map((path) => readFile(path, 'utf8')));
      const [html = '', chart = '', ...css] = texts;
      // The colours are variables of the page, which the chart's own would not override.
      const rules = /<style>(.*?)<\/style>/s.exec(chart)?.[1]?.replace(/^:root.*\n/, '') ?? '';
      const page = await bundleScript();
      licenses = page.licenses;
      return [
        `export const html = ${JSON.stringify(html.replace('<!-- chart -->', () => chart.replace(/<style>.*?<\/style>\n?/s, '')))};`,
        `export const css = ${JSON.stringify(`${css.join('')}.chart svg {\n${rules}\n}\n`)};`,
        `export const script = ${JSON.stringify(page.script)};`,
      ].join('\n');
    },
    // The build knows the licences of what it bundles itself; those of the page's script it does not see.
    async writeBundle({ dir = '' }, written) {
      if (LICENSES in written) await appendFile(join(dir, LICENSES), licenses);
    },
  };
}

async function bundleScript(): Promise<{ readonly script: string; readonly licenses: string }> {
  const outputs = await build({
    configFile: false,
    logLevel: 'warn',
    mode: process.env['NODE_ENV'] ?? 'production',
    // What the tests look at is what ships; for development each element would name its file, by the path of this checkout.
    oxc: { jsx: { development: false } },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: at('script/page.tsx'), formats: ['es'], fileName: 'page' },
      minify: true,
      license: { fileName: LICENSES },
      // For a library, minify alone keeps white space and comments.
      rolldownOptions: { output: { minify: true } },
    },
  });
  const output = Array.isArray(outputs) ? outputs[0] : undefined;
  const [script, ...others] = output?.output ?? [];
  const licenses = others.find(({ fileName }) => fileName === LICENSES);
  if (script === undefined || licenses?.type !== 'asset')
    throw new Error('The bundler gave no script, or no licenses, for the inspector page');
  // Without its own heading.
  const [, ...sections] = String(licenses.source).split(/^(?=## )/m);
  return { script: script.code, licenses: `\n${sections.join('')}` };
}
