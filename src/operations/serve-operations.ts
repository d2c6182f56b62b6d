import { setTimeout } from 'node:timers/promises';
import { checkLoopback, guardReading } from '../http/guard.ts';
import { type HttpAnswer, jsonAnswer } from '../http/http-answer.ts';
import { serveRoutes } from '../http/http-routes.ts';
import { createHttpServer } from '../http/http-server.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { type HealthWatch, watchHealth } from './worker-health.ts';
import { createWorkerMetrics, type WorkerMetrics } from './worker-metrics.ts';
import { type ShownChain, statusOf } from './worker-status.ts';

/** Options of `serveOperations()`. */
export interface OperationsOptions {
  readonly worker: SyncWorker;
  /** Shown in the status and the metrics. @default none */
  readonly chain?: ShownChain | undefined;
  /** 0 takes a free port. @default 0 */
  readonly port?: number | undefined;
  /** 127.0.0.1, another loopback address, ::1 or localhost. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /**
   * Served at /metrics. Closing the server does not close them.
   *
   * @default new metrics with a peer label, closed with the server
   */
  readonly metrics?: WorkerMetrics | undefined;
  /** @default a new watch on the worker's clock */
  readonly health?: HealthWatch | undefined;
}

/** A server for probes and scrapers. */
export interface OperationsServer {
  /** Such as `http://127.0.0.1:9464`, without a trailing slash. */
  readonly url: string;
  /** Ends all connections, and removes the server's listeners from the worker. */
  close(): Promise<void>;
}

/**
 * Serves operators, read-only, on the loopback: `/healthz` (200, or 503 if the worker is wedged or not running: restart it),
 * `/readyz` (200, or 503 until the worker's storage is loaded and while it stops: leave it alone), `/status` (JSON, wire names)
 * and `/metrics` (Prometheus).
 *
 * @throws RangeError for a host that other machines could reach or an invalid port; Error if it cannot listen on the port
 */
export async function serveOperations(options: OperationsOptions): Promise<OperationsServer> {
  const { worker, chain, port = 0, host = '127.0.0.1' } = options;
  checkLoopback(host);
  const metrics = options.metrics ?? createWorkerMetrics(worker, { chain, labels: ['peer'] });
  const watch = options.health ?? watchHealth(worker);
  const http = createHttpServer();
  serveRoutes(
    http.server,
    {
      '/healthz': { GET: () => healthAnswer(watch) },
      '/readyz': { GET: () => readyAnswer(worker) },
      '/status': { GET: () => jsonAnswer(200, statusOf(worker, chain)) },
      '/metrics': { GET: metricsAnswers(metrics) },
    },
    guardReading,
  );
  const letGo = (): void => {
    if (options.metrics === undefined) metrics.close();
    if (options.health === undefined) watch.close();
  };
  try {
    const url = await http.listen(port, host);
    let closing: Promise<void> | undefined;
    return {
      url,
      close: () => {
        letGo();
        closing ??= http.close();
        return closing;
      },
    };
  } catch (error) {
    letGo();
    throw error;
  }
}

async function healthAnswer(watch: HealthWatch): Promise<HttpAnswer> {
  let health = watch.health();
  if (!health.healthy) {
    // After a halt, as by SIGSTOP, the request may be handled before the worker's overdue timers have fired.
    await setTimeout(1);
    health = watch.health();
  }
  return jsonAnswer(health.healthy ? 200 : 503, health);
}

/** Failing peers do not make a worker unready: waiting is its job. */
function readyAnswer({ isStarted, snapshot }: SyncWorker): HttpAnswer {
  const ready = isStarted && snapshot?.status === 'active';
  const reason = ready
    ? 'The worker is started, and its storage is loaded.'
    : 'The worker is starting, loading its storage, or stopping.';
  return jsonAnswer(ready ? 200 : 503, { ready, reason });
}

/** Concurrent requests share one scrape. */
function metricsAnswers({ registry }: WorkerMetrics): () => Promise<HttpAnswer> {
  let scrape: Promise<string> | undefined;
  return async () => {
    scrape ??= registry.metrics().finally(() => {
      scrape = undefined;
    });
    return { status: 200, type: registry.contentType, body: await scrape };
  };
}
