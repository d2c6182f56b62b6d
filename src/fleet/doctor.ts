import type { Redis } from 'ioredis';
import { systemNow } from '../clock/system-ports.ts';
import type { FleetFinding } from './fleet.ts';

/** Clocks of this machine and of Redis that differ by more than this deserve a warning. */
const SKEW_SECONDS = 2;

const ok = (what: string): FleetFinding => ({ level: 'ok', what });
const warning = (what: string): FleetFinding => ({ level: 'warning', what });
const problem = (what: string): FleetFinding => ({ level: 'problem', what });

/** Checks what a fleet depends on and cannot set itself. @param now Unix seconds by the clock of the store */
export async function examine(redis: Redis, now: () => number): Promise<readonly FleetFinding[]> {
  const info = readInfo(await redis.info());
  const fsync = await setting(redis, 'appendfsync');
  return [version(info), role(info), persistence(info, fsync), eviction(info), memory(info), clock(now())];
}

type Info = ReadonlyMap<string, string>;

function readInfo(text: string): Info {
  const pairs = text.split('\r\n').map((line) => line.split(':'));
  return new Map(pairs.map(([name = '', ...value]) => [name, value.join(':')]));
}

/** '' if it cannot be read: some Redis hosts forbid CONFIG. */
async function setting(redis: Redis, name: string): Promise<string> {
  const found: unknown = await redis.config('GET', name).catch(() => []);
  return Array.isArray(found) ? String(found[1] ?? '') : '';
}

function version(info: Info): FleetFinding {
  const valkey = info.get('valkey_version');
  const found = valkey ?? info.get('redis_version') ?? '';
  const name = valkey === undefined ? 'Redis' : 'Valkey';
  const [major = 0, minor = 0] = found.split('.').map(Number);
  const isOld = major < 6 || (major === 6 && minor < 2);
  return isOld ? problem(`${name} ${found}; needed is 6.2 or later`) : ok(`${name} ${found}`);
}

function role(info: Info): FleetFinding {
  if (info.get('cluster_enabled') === '1')
    return problem('a Redis Cluster; a fleet needs one server, or one with replicas');
  if (info.get('role') !== 'master') return problem('a read-only replica; connect to its primary');
  const replicas = Number(info.get('connected_slaves') ?? 0);
  if (replicas === 0) return ok('a primary without replicas');
  return warning(
    `a primary with ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}: a failover loses what was not replicated; the fleet notices a loss that any of its processes knows of, and asks no peer for an hour`,
  );
}

function persistence(info: Info, fsync: string): FleetFinding {
  if (info.get('aof_enabled') !== '1') {
    return problem(
      'appendonly is no: a restart of Redis loses waits, and peers are asked too early; set appendonly yes',
    );
  }
  if (info.get('aof_last_write_status') === 'err')
    return problem('the last write of the AOF failed; is the disk full?');
  if (fsync === 'always') return ok('AOF, appendfsync always: nothing acknowledged is lost');
  if (fsync === 'everysec') {
    return ok(
      'AOF, appendfsync everysec: a crash of the machine (not of Redis alone) loses up to a second; always costs about 10 µs a run',
    );
  }
  if (fsync === '') return warning('AOF; CONFIG cannot be read, so appendfsync is unknown');
  return problem(
    `AOF, appendfsync ${fsync}: a crash of the machine loses what the system had not written; set everysec or always`,
  );
}

function eviction(info: Info): FleetFinding {
  const policy = info.get('maxmemory_policy') ?? '';
  if (policy === 'noeviction') return ok('maxmemory-policy noeviction');
  return problem(`maxmemory-policy ${policy}: Redis may drop workers to make room; set noeviction`);
}

function memory(info: Info): FleetFinding {
  const used = Number(info.get('used_memory') ?? 0);
  const max = Number(info.get('maxmemory') ?? 0);
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  if (max === 0) return ok(`${megabytes(used)} used, no maxmemory`);
  const text = `${megabytes(used)} of ${megabytes(max)} used`;
  return used > 0.9 * max ? problem(`${text}: a full Redis refuses writes, and no peer is asked`) : ok(text);
}

function clock(storeNow: number): FleetFinding {
  const skew = systemNow() - storeNow;
  const text = `the clock of this machine is ${Math.abs(skew).toFixed(1)} s ${skew < 0 ? 'behind' : 'ahead of'} that of Redis`;
  if (Math.abs(skew) <= SKEW_SECONDS) return ok(text);
  return warning(`${text}: no peer is asked early, but alarms may ring early and have to be set again`);
}
