import { readFile, readlink } from 'node:fs/promises';
import { codeOf } from './storage-errors.ts';

/** Identifies a process, even if its pid is reused. A field is '' if the system does not provide it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the ticks of `/proc/<pid>/stat`; a process that reuses the pid starts later. */
  readonly started: string;
  /** The boot id of the machine, because ticks count from the boot. */
  readonly boot: string;
  /** The pid namespace: each container has its own process 1. */
  readonly namespace: string;
}

/** What is known about a process. */
export type Whereabouts = 'running' | 'ended' | 'out of sight';

let own: Promise<ProcessIdentity> | undefined;

export function thisProcess(): Promise<ProcessIdentity> {
  own ??= identify();
  return own;
}

/**
 * Whether a process still runs. Checks its pid and start time if there is a `/proc`, else only its pid. A process of another
 * container, or of another machine that shares the disk, is out of sight.
 */
export async function whereaboutsOf(other: ProcessIdentity): Promise<Whereabouts> {
  const { boot, namespace, started } = await thisProcess();
  if (other.boot !== boot || other.namespace !== namespace) return 'out of sight';
  // Without its own /proc a container cannot identify itself.
  if (boot === '' && process.platform === 'linux') return 'out of sight';
  const stat = started === '' ? undefined : await readStat(String(other.pid));
  // A zombie, killed but not yet reaped by its parent, still has its pid and start time.
  if (stat !== undefined) return stat.started === other.started && !stat.isZombie ? 'running' : 'ended';
  return hasNumber(other.pid) ? 'running' : 'ended';
}

async function identify(): Promise<ProcessIdentity> {
  const { pid } = process;
  const stat = await readStat('self');
  // A /proc of another namespace lists other processes.
  if (stat === undefined || stat.pid !== pid) return { pid, started: '', boot: '', namespace: '' };
  const [boot, namespace] = await Promise.all([
    orNothing(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    orNothing(readlink('/proc/self/ns/pid')),
  ]);
  return { pid, started: stat.started, boot: boot.trim(), namespace };
}

interface Stat {
  readonly pid: number;
  readonly started: string;
  readonly isZombie: boolean;
}

async function readStat(pid: string): Promise<Stat | undefined> {
  const text = await orNothing(readFile(`/proc/${pid}/stat`, 'latin1'));
  // The second field is the program name in parentheses, and may itself contain spaces and parentheses.
  const [, number, rest] = /^(\d+) \(.*\) (.+)$/s.exec(text) ?? [];
  const fields = rest?.split(' ') ?? [];
  const [state, started] = [fields[0], fields[19]];
  if (number === undefined || started === undefined) return undefined;
  return { pid: Number(number), started, isZombie: state === 'Z' || state === 'X' };
}

async function orNothing(text: Promise<string>): Promise<string> {
  try {
    return await text;
  } catch {
    // The file does not exist or is hidden from us: the process cannot be identified by it.
    return '';
  }
}

function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // We may not signal it, but it exists.
    return codeOf(error) === 'EPERM';
  }
}
