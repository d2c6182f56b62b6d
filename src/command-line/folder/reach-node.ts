import { join, relative } from 'node:path';
import { systemNow } from '../../clock/system-ports.ts';
import type { Control } from '../../control/control.ts';
import { connectControl } from '../../control/control-client.ts';
import { explain } from '../../explain/why.ts';
import { readChainTip } from '../../infonet/chain/chain-folder.ts';
import { statusOf, type WorkerStatus } from '../../operations/worker-status.ts';
import { decide } from '../../schedule/decide.ts';
import { createWorkerContext } from '../../schedule/worker-context.ts';
import { readHolder } from '../../storage/disk/lock-holder.ts';
import { whereaboutsOf } from '../../storage/disk/process-identity.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import type { Host } from '../host.ts';
import { pick, policyKeys, type Settings } from '../settings/settings.ts';
import { chainFolder } from './open-chain.ts';
import { checkFolder, readFolder } from './read-folder.ts';

/** The running worker of a folder, or the content of its files if none is reached. */
export interface ReachedNode {
  readonly running: boolean;
  /** The process that has locked the folder; undefined if none has. */
  readonly pid: number | undefined;
  readonly status: WorkerStatus;
}

/** The running worker of a data folder; undefined if none is running. */
export function reachWorker({ data }: Pick<Settings, 'data'>, host: Host): Promise<Control | undefined> {
  return connectControl(shortPath(data, host.cwd()));
}

/** @param start how to start such a worker. @throws CommandFailed, saying what to do, if none is reached */
export async function needWorker({ data }: Settings, host: Host, start: string): Promise<Control> {
  await checkFolder(data);
  const control = await reachWorker({ data }, host);
  if (control !== undefined) return control;
  const pid = await holderOf(data);
  const reason =
    pid === undefined
      ? `no worker runs on ${data}; start one with: sync-worker ${start} --data ${data}`
      : `process ${pid} has ${data}, and its control socket is not there; a worker makes it again within seconds: try once more, and if that does not help, restart process ${pid}`;
  throw new CommandFailed(FAILED, reason);
}

/** @throws CommandFailed if the folder does not exist, or a file in it cannot be read */
export async function reachNode(settings: Settings, host: Host): Promise<ReachedNode> {
  await checkFolder(settings.data);
  const control = await reachWorker(settings, host);
  const status = control === undefined ? await statusFromFiles(settings) : await control.status();
  return { running: control !== undefined, pid: await holderOf(settings.data), status };
}

/** One line that says whether a worker is running there. */
export function whoRuns({ running, pid }: ReachedNode): string {
  if (running) return `running${pid === undefined ? '' : `, process ${pid}`}`;
  const files = 'this is what its files say';
  return pid === undefined
    ? `not running; ${files}`
    : `process ${pid} has the folder but cannot be reached; ${files}`;
}

async function statusFromFiles(settings: Settings): Promise<WorkerStatus> {
  const { state, peers } = await readFolder(settings.data);
  const chain = await readChainTip(chainFolder(settings.data)).catch(() => undefined);
  const context = createWorkerContext({ state, peers, policy: pick(settings, policyKeys) });
  // The decision that a worker on this folder would make now.
  const why = (): WorkerStatus['why'] => {
    const now = systemNow();
    return explain(decide(context, now, () => 0).context, now);
  };
  const figures = chain && { head: () => chain.head, count: () => chain.count };
  return statusOf({ state, peers, why }, figures);
}

/** The process that has locked a data folder; undefined if none has. */
async function holderOf(folder: string): Promise<number | undefined> {
  const holder = await readHolder(join(folder, 'sync.lock'));
  if (holder === undefined || holder.pid === 0) return undefined;
  return (await whereaboutsOf(holder)) === 'running' ? holder.pid : undefined;
}

/** The shorter of a folder's absolute and relative paths: the path of a Unix socket in it is limited to about 100 bytes. */
export function shortPath(folder: string, cwd: string): string {
  const fromHere = relative(cwd, folder) || '.';
  return fromHere.length < folder.length ? fromHere : folder;
}
