import { systemNow } from '../../clock/system-ports.ts';
import type { ChainStore } from '../../infonet/chain/chain-store.ts';
import type { PullProgress } from '../../infonet/pull/infonet-sync-options.ts';
import type { SyncWorker } from '../../worker/sync-worker.ts';
import type { Host } from '../host.ts';
import { canShowLiveView, startLiveView } from '../live-view/live-view.ts';
import { loggerOf } from '../log/create-logger.ts';
import { logProgress, logWorker } from '../log/log-worker.ts';
import { createPullMeter } from '../log/pull-meter.ts';
import type { Settings } from '../settings/settings.ts';

/** What goes with a line: its event, and what a program may read from it. */
export type LineFields = Readonly<Record<string, unknown>> & { readonly event: string };

/** How a running node reports: by log lines, or by a live view with lines above it. */
export interface NodeReporter {
  info(fields: LineFields, text: string): void;
  warn(fields: LineFields, text: string): void;
  error(fields: LineFields, text: string): void;
  progress(progress: PullProgress): void;
  stop(): void;
}

export interface ReporterOptions {
  readonly host: Host;
  readonly settings: Settings;
  readonly worker: SyncWorker;
  readonly chain: ChainStore;
}

export function openReporter(options: ReporterOptions): NodeReporter {
  const { host, settings, worker } = options;
  const meter = createPullMeter(() => performance.now() / 1000);
  const unfollow = meter.follow(worker);
  const isLive = settings.log === 'auto' && canShowLiveView(host.stdout, host.env);
  if (!isLive) {
    const logger = loggerOf(host, settings);
    const unlog = logWorker(worker, logger);
    const reportProgress = logProgress(logger);
    return {
      info: (fields, text) => logger.info(fields, text),
      warn: (fields, text) => logger.warn(fields, text),
      error: (fields, text) => logger.error(fields, text),
      progress: (progress) => reportProgress(meter.page(progress)),
      stop: () => {
        unlog();
        unfollow();
      },
    };
  }
  const { stdout: stream, env } = host;
  const view = startLiveView({ worker, chain: options.chain, stream, env, now: systemNow, progress: meter });
  return {
    info: (_, text) => view.print(text),
    warn: (_, text) => view.print(`warning: ${text}`),
    error: (_, text) => view.print(`error: ${text}`),
    progress: (progress) => void meter.page(progress),
    stop: () => {
      view.stop();
      unfollow();
    },
  };
}
