import type { IncomingMessage } from 'node:http';
import { checkLoopback, guardReading } from '../http/guard.ts';
import { type HttpAnswer, jsonAnswer, problem } from '../http/http-answer.ts';
import { serveRoutes } from '../http/http-routes.ts';
import { createHttpServer } from '../http/http-server.ts';
import { SILENT_SECONDS } from '../inspect/inspector-view.ts';
import { messageOf } from '../policy/thrown.ts';
import type { Fleet } from './fleet.ts';
import { FleetError } from './fleet-errors.ts';
import { createFleetMetrics, type FleetMetrics } from './fleet-metrics.ts';

/** Options of `serveFleet()`. */
export interface FleetServerOptions {
  readonly fleet: Fleet;
  /** 0 takes a free port. @default 0 */
  readonly port?: number | undefined;
  /** 127.0.0.1, another loopback address, ::1 or localhost. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** Served at /metrics. Closing the server does not close them. @default new metrics, closed with the server */
  readonly metrics?: FleetMetrics | undefined;
}

/** A server for probes and scrapers. */
export interface FleetServer {
  /** Such as `http://127.0.0.1:9464`, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Whether the fleet is working, as one process sees it. */
export interface FleetHealth {
  readonly healthy: boolean;
  /** Why it is unhealthy, or that it is paused; else ''. */
  readonly reason: string;
}

/**
 * Serves operators, read-only, on the loopback: `/healthz` (200, or 503 if Redis is away or alarms ring and no process handles
 * them), `/status` (JSON), `/why?id=…` (JSON, of one worker) and `/metrics` (Prometheus).
 *
 * @throws RangeError for a host that other machines could reach or an invalid port; Error if it cannot listen on the port
 */
export async function serveFleet(options: FleetServerOptions): Promise<FleetServer> {
  const { fleet, port = 0, host = '127.0.0.1' } = options;
  checkLoopback(host);
  const metrics = options.metrics ?? createFleetMetrics(fleet);
  const http = createHttpServer();
  serveRoutes(
    http.server,
    {
      '/healthz': {
        GET: async () => {
          const health = await healthOf(fleet);
          return jsonAnswer(health.healthy ? 200 : 503, health);
        },
      },
      '/status': { GET: async () => jsonAnswer(200, await fleet.status()) },
      '/why': { GET: (request) => whyAnswer(fleet, request) },
      '/metrics': {
        GET: async () => ({
          status: 200,
          type: metrics.registry.contentType,
          body: await metrics.registry.metrics(),
        }),
      },
    },
    guardReading,
  );
  const letGo = (): void => {
    if (options.metrics === undefined) metrics.close();
  };
  const url = await http.listen(port, host).catch((error: unknown) => {
    letGo();
    throw error;
  });
  return {
    url,
    close: () => {
      letGo();
      return http.close();
    },
  };
}

/** Whether a fleet is working. One that an operator paused is healthy. */
export async function healthOf(fleet: Pick<Fleet, 'status'>): Promise<FleetHealth> {
  try {
    const { alarms, paused, processes, at } = await fleet.status();
    if (paused) return { healthy: true, reason: 'an operator paused the queue' };
    const isOverdue = alarms.late > 0 && alarms.active === 0;
    if (isOverdue && processes.every(({ seenAt }) => seenAt < at - SILENT_SECONDS)) {
      return { healthy: false, reason: `${alarms.late} alarms are late, and no process is at work` };
    }
    if (isOverdue)
      return { healthy: false, reason: `${alarms.late} alarms are late, and no process handles them` };
    return { healthy: true, reason: '' };
  } catch (error) {
    return { healthy: false, reason: messageOf(error) };
  }
}

async function whyAnswer(fleet: Fleet, { url = '' }: IncomingMessage): Promise<HttpAnswer> {
  const id = new URLSearchParams(url.split('?')[1] ?? '').get('id');
  if (id === null) return problem(400, 'which worker? ask for /why?id=…');
  try {
    return jsonAnswer(200, await fleet.why(id));
  } catch (error) {
    if (error instanceof FleetError && error.code === 'unknown_worker') return problem(404, error.message);
    if (error instanceof TypeError) return problem(400, error.message);
    throw error;
  }
}
