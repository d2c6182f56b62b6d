export { type OperationsOptions, type OperationsServer, serveOperations } from './serve-operations.ts';
export { type TraceOptions, traceWorker } from './trace-worker.ts';
export { type HealthWatch, isWedged, type WorkerHealth, watchHealth } from './worker-health.ts';
export {
  createWorkerMetrics,
  type MeasuredWorker,
  type WorkerMetrics,
  type WorkerMetricsOptions,
} from './worker-metrics.ts';
export { type ChainStatus, type ShownChain, statusOf, type WorkerStatus } from './worker-status.ts';
