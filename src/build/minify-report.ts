import { minify, type Plugin } from 'vite';

/**
 * Minifies the chunk that draws the simulator's page. Nearly all of it is the plotting library, which would otherwise be half of
 * the package.
 */
export function minifyReport(): Plugin {
  return {
    name: 'infonet-sync-worker:minify-report',
    async generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk' || chunk.name !== 'report-html') continue;
        const { code, errors } = await minify(chunk.fileName, chunk.code, { module: true });
        if (errors.length > 0) {
          throw new Error(`The report's chunk could not be minified: ${errors[0]?.message}`);
        }
        chunk.code = code;
      }
    },
  };
}
