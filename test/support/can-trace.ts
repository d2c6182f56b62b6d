import { spawnSync } from 'node:child_process';

/** Whether processes can be killed in their system calls, by strace; says on standard error what is skipped otherwise. */
export function canTrace(skipped: string): boolean {
  const { status, stderr, error } = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (status === 0) return true;
  process.stderr.write(`SKIPPED: ${skipped}, without strace: ${error ?? stderr}\n`);
  return false;
}
