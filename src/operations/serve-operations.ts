import type { IncomingMessage, Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { createAnsweringServer } from '../http/answering-server.ts';
import { closeServer } from '../http/close-server.ts';
import { type HttpAnswer, jsonAnswer, problem } from '../http/http-answer.ts';
import { answerBy, type HttpRoutes } from '../http/http-routes.ts';
import { describe } from '../policy/wire-fields.ts';
import type { SyncWorker } from '../worker/sync-worker.ts';
import { checkLoopback, isForLoopback } from './loopback.ts';
import { type HealthWatch, type WorkerHealth, watchHealth } from './worker-health.ts';
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
  /** Served at /metrics; closing the server leaves them. @default metrics of its own, for this worker */
  readonly metrics?: WorkerMetrics | undefined;
  /** @default one on the system's clock */
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
 * wedged or does not run), `/status` (JSON, wire names) and `/metrics` (Prometheus).
 *
 * @throws RangeError for a host that others could reach, or a port that is none; Error where the port cannot be had
 */
export async function serveOperations(options: OperationsOptions): Promise<OperationsServer> {
  const { worker, chain, port = 0, host = '127.0.0.1' } = options;
  checkLoopback(host);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`port is ${describe(port)}; allowed is a whole number from 0 to 65535`);
  }
  const metrics = options.metrics ?? createWorkerMetrics(worker, { chain });
  const watch = options.health ?? watchHealth(worker);
  const routes: HttpRoutes = {
    '/healthz': { GET: () => healthAnswer(watch) },
    '/status': { GET: () => jsonAnswer(200, statusOf(worker, chain)) },
    '/metrics': { GET: () => metricsAnswer(metrics) },
  };
  const server = createAnsweringServer((request) => guarded(request, routes));
  const letGo = (): void => {
    if (options.metrics === undefined) metrics.close();
    if (options.health === undefined) watch.close();
  };
  try {
    const url = await listen(server, port, host);
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      letGo();
      await closeServer(server);
    };
    return {
      url,
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    letGo();
    throw error;
  }
}

function guarded(request: IncomingMessage, routes: HttpRoutes): HttpAnswer | Promise<HttpAnswer> {
  if (isForLoopback(request.headers.host)) return answerBy(routes, request);
  return problem(421, 'Only requests by a name or address of the loopback are answered, such as localhost');
}

async function healthAnswer(watch: HealthWatch): Promise<HttpAnswer> {
  const health = watch.health();
  return healthJson(health.healthy ? health : await secondLook(watch));
}

/** A process that was halted, as by SIGSTOP, may be asked before its own overdue timers had their turn. */
async function secondLook(watch: HealthWatch): Promise<WorkerHealth> {
  await setTimeout(1);
  return watch.health();
}

function healthJson(health: WorkerHealth): HttpAnswer {
  return jsonAnswer(health.healthy ? 200 : 503, health);
}

async function metricsAnswer({ registry }: WorkerMetrics): Promise<HttpAnswer> {
  return { status: 200, type: registry.contentType, body: await registry.metrics() };
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(portError(error, port, host));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('The server got no port'));
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      resolve(`http://${name}:${address.port}`);
    });
  });
}

function portError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const next = 'give another port, or 0 for a free one';
  if (error.code === 'EADDRINUSE')
    return new Error(`Port ${port} of ${host} is in use; ${next}`, { cause: error });
  if (error.code === 'EACCES') {
    return new Error(`Port ${port} of ${host} may not be used by this user; ${next}`, { cause: error });
  }
  return new Error(`Port ${port} of ${host} could not be had: ${error.message}`, { cause: error });
}
