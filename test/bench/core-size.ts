import { gzipSync } from 'node:zlib';
import { build } from 'vite';

export interface Size {
  /** Bytes after minification. */
  readonly minified: number;
  /** Bytes after gzip -9. */
  readonly gzip: number;
}

/** The size of a module as a bundler makes it, without what it does not use; with or without the packages it imports. */
export async function measureSize(source: string, withPackages: boolean): Promise<Size> {
  const name = 'virtual:measured';
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name,
        resolveId: (id) => (id === name ? id : undefined),
        load: (id) => (id === name ? source : undefined),
      },
    ],
    build: { ssr: true, rolldownOptions: { input: name }, minify: true, target: 'node20', write: false },
    ssr: withPackages ? { noExternal: true } : {},
  });
  if (!('output' in result)) throw new Error('the build gave no single output');
  const code = result.output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  return { minified: Buffer.byteLength(code), gzip: gzipSync(code, { level: 9 }).length };
}
