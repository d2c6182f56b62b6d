import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

/** The file name set in `vite.config.ts`. */
const LICENSES = 'bundled-licenses.md';
const name = 'virtual:inspector-page';
const resolved = `\0${name}`;
const at = (path: string): string => fileURLToPath(new URL(`../inspect/page/${path}`, import.meta.url));

/** The order matters: later rules override earlier ones. */
const sheets = ['colours', 'elements', 'frame', 'now', 'chart', 'runs', 'lists', 'widths'];

/**
 * Provides `virtual:inspector-page`: the HTML of the page with the chart in it, its style sheet, and its script bundled for
 * browsers. The chart's style rules move to the page's sheet, so that the page can forbid inline styles.
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
      // Drop the chart's own colour variables: it uses those of the page.
      const rules = /<style>(.*?)<\/style>/s.exec(chart)?.[1]?.replace(/^:root.*\n/, '') ?? '';
      const page = await bundleScript();
      licenses = page.licenses;
      return [
        `export const html = ${JSON.stringify(html.replace('<!-- chart -->', () => chart.replace(/<style>.*?<\/style>\n?/s, '')))};`,
        `export const css = ${JSON.stringify(`${css.join('')}.chart svg {\n${rules}\n}\n`)};`,
        `export const script = ${JSON.stringify(page.script)};`,
      ].join('\n');
    },
    // The build lists the licences of what it bundles itself, but not those of the page's script.
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
    // The same as shipped, also for tests: in development mode each JSX element would contain the path of its source file.
    oxc: { jsx: { development: false } },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: at('script/page.tsx'), formats: ['es'], fileName: 'page' },
      minify: true,
      license: { fileName: LICENSES },
      // In library mode, `minify: true` alone keeps white space and comments.
      rolldownOptions: { output: { minify: true } },
    },
  });
  const output = Array.isArray(outputs) ? outputs[0] : undefined;
  const [script, ...others] = output?.output ?? [];
  const licenses = others.find(({ fileName }) => fileName === LICENSES);
  if (script === undefined || licenses?.type !== 'asset')
    throw new Error('The bundler returned no script or no licenses for the inspector page');
  // Without the heading of the file.
  const [, ...sections] = String(licenses.source).split(/^(?=## )/m);
  return { script: script.code, licenses: `\n${sections.join('')}` };
}
