import { setTimeout } from 'node:timers/promises';
import { checkLoopback, guardReading } from '../http/guard.ts';
import { type HttpAnswer, jsonAnswer } from '../http/http-answer.ts';
import { serveRoutes } from '../http/http-routes.ts';
import { createHttpServer } from '../http/http-server.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { type HealthWatch, watchHealth } from './worker-health.ts';
import { createWorkerMetrics, type WorkerMetrics } from './worker-metrics.ts';
import { type ShownChain, statusOf } from './worker-status.ts';

/** What is served, and where. */
export interface OperationsOptions {
  readonly worker: SyncWorker;
  /** Shown in the status and the metrics. @default none */
  readonly chain?: ShownChain | undefined;
  /** 0 takes a free one. @default 0 */
  readonly port?: number | undefined;
  /** 127.0.0.1, another address of this machine's loopback, ::1 or localhost. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Served at /metrics; closing the server leaves them. @default metrics of its own for this worker, with a label for its peers */
  readonly metrics?: WorkerMetrics | undefined;
  /** @default one on the worker's clock */
  readonly health?: HealthWatch | undefined;
}

/** A server for probes and scrapers. */
export interface OperationsServer {
  /** Such as `http://127.0.0.1:9464`, without a trailing slash. */
  readonly url: string;
  /** Ends all connections, and takes off the worker what was put on it. */
  close(): Promise<void>;
}

/**
 * Serves what operators look at, on the loopback and for reading only: `/healthz` (200, or 503 for a worker that is
 * wedged or does not run: restart it), `/readyz` (200, or 503 before the storage of the worker is loaded and once it is
 * being stopped: leave it alone), `/status` (JSON, wire names) and `/metrics` (Prometheus).
 *
 * @throws RangeError for a host that others could reach, or a port that is none; Error where the port cannot be had
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
    // A process that was halted, as by SIGSTOP, may be asked before its own overdue timers had their turn.
    await setTimeout(1);
    health = watch.health();
  }
  return jsonAnswer(health.healthy ? 200 : 503, health);
}

/** Peers that fail make no worker unready: it does its part by waiting. */
function readyAnswer({ isStarted, snapshot }: SyncWorker): HttpAnswer {
  const ready = isStarted && snapshot?.status === 'active';
  const reason = ready
    ? 'The worker is started, and its storage is loaded.'
    : 'The worker is not started yet, loads its storage, or stops.';
  return jsonAnswer(ready ? 200 : 503, { ready, reason });
}

/** Those who ask while a scrape is being made are given the same one. */
function metricsAnswers({ registry }: WorkerMetrics): () => Promise<HttpAnswer> {
  let scrape: Promise<string> | undefined;
  return async () => {
    scrape ??= registry.metrics().finally(() => {
      scrape = undefined;
    });
    return { status: 200, type: registry.contentType, body: await scrape };
  };
}
