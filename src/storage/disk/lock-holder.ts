import { readFile } from 'node:fs/promises';
import { isRecord } from '../../policy/wire-fields.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { ifMissing } from './storage-errors.ts';

/** What a lock file says. */
export interface LockHolder extends ProcessIdentity {
  /** Tells two locks of one process apart. */
  readonly token: string;
}

/** A lock file is there before anybody can see it whole; one that is not whole has lost its content with the power. */
const nobody: LockHolder = { pid: 0, started: '', boot: '', namespace: '', token: 'nobody' };

/** Who holds the lock; undefined if there is none. */
export async function readHolder(path: string): Promise<LockHolder | undefined> {
  const text = await readFile(path, 'utf8').catch(ifMissing(undefined));
  return text === undefined ? undefined : parseHolder(text);
}

function parseHolder(text: string): LockHolder {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return nobody;
  }
  if (!isRecord(value)) return nobody;
  const { pid, started, boot, namespace, token } = value;
  const isWhole =
    typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    typeof started === 'string' &&
    typeof boot === 'string' &&
    typeof namespace === 'string' &&
    // It becomes part of a file name.
    typeof token === 'string' &&
    /^[0-9a-f-]{36}$/.test(token);
  return isWhole ? { pid, started, boot, namespace, token } : nobody;
}
