import { readFile, readlink } from 'node:fs/promises';
import { codeOf } from './storage-errors.ts';

/** A process, told apart from every other one that ever has its number. Each field is '' where the system has none. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the ticks of `/proc/<pid>/stat`: a number that is given again starts later. */
  readonly started: string;
  /** The start of the machine, whose ticks these are. */
  readonly boot: string;
  /** Where the number is valid: each container has a process 1 of its own. */
  readonly namespace: string;
}

/** What can be said of a process from here. */
export type Whereabouts = 'running' | 'ended' | 'out of sight';

let own: Promise<ProcessIdentity> | undefined;

export function thisProcess(): Promise<ProcessIdentity> {
  own ??= identify();
  return own;
}

/**
 * Whether a process still runs. By its number and its start where there is a `/proc`, else by its number alone; a
 * process of another container, or of another machine that shares the disk, is out of sight.
 */
export async function whereaboutsOf(other: ProcessIdentity): Promise<Whereabouts> {
  const { boot, namespace, started } = await thisProcess();
  if (other.boot !== boot || other.namespace !== namespace) return 'out of sight';
  // Without a /proc of its own a container cannot even say which one it is.
  if (boot === '' && process.platform === 'linux') return 'out of sight';
  const stat = started === '' ? undefined : await readStat(String(other.pid));
  // A killed process whose parent has not asked for it yet still has its number and its start.
  if (stat !== undefined) return stat.started === other.started && !stat.isZombie ? 'running' : 'ended';
  return hasNumber(other.pid) ? 'running' : 'ended';
}

async function identify(): Promise<ProcessIdentity> {
  const { pid } = process;
  const stat = await readStat('self');
  // A /proc of another namespace would speak of other processes.
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
  // The second field is the name of the program, in brackets, and may itself hold spaces and brackets.
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
    // No such file, or hidden from us: then there is nothing to know it by.
    return '';
  }
}

function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return codeOf(error) === 'EPERM';
  }
}
