import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { xstateV4ForInspect } from '../../support/xstate-v4-for-inspect.ts';

/** A page on another origin that receives as one of Stately's does: by the library's own receiver. */
export interface StandIn {
  readonly page: string;
  /** What was asked of it. */
  readonly requests: readonly string[];
  close(): Promise<unknown>;
}

/**
 * @param script what the page runs
 * @param redirect where the page moves on to, if it does
 */
export async function openStandIn(script: URL, redirect?: string): Promise<StandIn> {
  const built = redirect === undefined ? await bundled(script) : '';
  const requests: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    requests.push(url);
    if (redirect !== undefined) response.writeHead(302, { location: redirect }).end();
    else if (url === '/page.js') response.setHeader('content-type', 'text/javascript').end(built);
    else response.setHeader('content-type', 'text/html').end(html);
  });
  const port = await listen(server);
  const close = (): Promise<unknown> =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { page: `http://localhost:${port}/inspect`, requests, close };
}

const html =
  '<!doctype html><title>Stand-in</title><pre id="states"></pre><script type="module" src="/page.js"></script>';

/** The libraries are made for a bundler; this is a page's side of them, as a browser can run it. */
async function bundled(script: URL): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [xstateV4ForInspect()],
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, minify: false, lib: { entry: fileURLToPath(script), formats: ['es'] } },
  });
  const [output] = [built].flat();
  if (output === undefined || !('output' in output)) throw new Error('nothing was built');
  return output.output[0].code;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
