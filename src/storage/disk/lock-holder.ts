import { isRecord } from '../../policy/wire-fields.ts';
import type { FileSystem } from './file-system.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { readText } from './read-text.ts';

/** The content of a lock file. */
export interface LockHolder extends ProcessIdentity {
  /** Distinguishes locks of the same process. */
  readonly token: string;
  /** Whether another process waits for an answer: it has appended a space to the file. */
  readonly isAsked: boolean;
}

/** A lock file without valid content: still being written (without hard links), or lost in a power failure. */
const nobody: LockHolder = {
  pid: 0,
  started: '',
  boot: '',
  namespace: '',
  token: 'nobody',
  isAsked: false,
};

/** Who holds the lock; undefined if there is none. @throws StorageUnreadableError */
export async function readHolder(path: string, fs?: FileSystem): Promise<LockHolder | undefined> {
  const found = await readText(path, { ...(fs && { fs }), follow: false });
  return found && parseHolder(found.text ?? '');
}

/** @internal */
export function parseHolder(text: string): LockHolder {
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
  return isWhole ? { pid, started, boot, namespace, token, isAsked: text.endsWith(' ') } : nobody;
}
