import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { SyncPolicyOptions, SyncWorkerNotification } from '../../src/index.ts';

export interface WorkerProcess {
  /** Resolves with the next event that fits; rejects where the process ends before. */
  told(fits: (event: SyncWorkerNotification) => boolean): Promise<SyncWorkerNotification>;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, and resolves when the process is gone. */
  kill(): Promise<void>;
  /** Sets its wall clock on, in seconds. */
  setAhead(seconds: number): void;
  /** Resolves with its exit status. */
  stop(): Promise<number | null>;
}

export interface WorkerProcessOptions {
  readonly policy?: SyncPolicyOptions;
  readonly speed?: number;
}

export function startWorkerProcess(
  program: string,
  folder: string,
  url: string,
  options: WorkerProcessOptions = {},
): WorkerProcess {
  const child: ChildProcess = fork(program, [folder, url, JSON.stringify(options)], {
    execArgv: [],
    env: {},
  });
  const gone = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    told: (fits) =>
      new Promise((resolve, reject) => {
        const listen = (event: SyncWorkerNotification): void => {
          if (!fits(event)) return;
          child.off('message', listen as (message: unknown) => void);
          resolve(event);
        };
        child.on('message', listen as (message: unknown) => void);
        void gone.then(([status, signal]) =>
          reject(new Error(`the worker process ended: ${signal ?? `status ${status}`}`)),
        );
      }),
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    setAhead: (ahead) => void child.send({ ahead }),
    stop: async () => {
      child.send('stop');
      const [status] = await gone;
      return status;
    },
  };
}
