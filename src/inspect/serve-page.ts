import { createHttpServer } from '../http/http-server.ts';
import { type Served, serveInspector } from './routes.ts';

const MAX_CONNECTIONS = 100;
/** Milliseconds after which an idle connection is closed. A feed sends something every 5 s. */
const IDLE_MS = 30_000;

/** The page, served on 127.0.0.1. */
export interface LocalServer {
  /** Such as `http://127.0.0.1:9465`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** @throws RangeError for an invalid port, Error for a port in use */
export async function servePage(served: Omit<Served, 'port' | 'assets'>, port: number): Promise<LocalServer> {
  const { pageAssets: assets } = await import('./page/page-assets.ts');
  const http = createHttpServer({ maxConnections: MAX_CONNECTIONS, idleTimeoutMs: IDLE_MS });
  const origin = await http.listen(port, '127.0.0.1');
  serveInspector(http, { ...served, port: Number(new URL(origin).port || 80), assets });
  return { origin, close: () => http.close() };
}
