import { createServer, type ServerResponse } from 'node:http';
import type { InspectorView } from '../../../src/inspect/inspector-view.ts';
import { pageAssets } from '../../../src/inspect/page/page-assets.ts';

/** Shows the page what a test wants it to be shown: what no worker gets into within the time of a test. */
export interface StandInServer extends AsyncDisposable {
  readonly url: string;
  /** Sends this to all who watch, and to those who come later. */
  send(view: InspectorView): void;
}

/** The page's side of the contract alone, on a free port of 127.0.0.1. */
export async function startStandIn(first: InspectorView): Promise<StandInServer> {
  let newest = first;
  const viewers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (path === '/feed') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      viewers.add(response);
      response.on('close', () => viewers.delete(response));
      response.write(`data: ${JSON.stringify(newest)}\n\n`);
      return;
    }
    const asset = pageAssets[path];
    response.writeHead(asset === undefined ? 404 : 200, { 'content-type': asset?.type ?? 'text/plain' });
    response.end(asset?.body);
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    send: (view) => {
      newest = view;
      for (const viewer of viewers) viewer.write(`data: ${JSON.stringify(view)}\n\n`);
    },
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
