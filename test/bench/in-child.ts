import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a fresh Node process answers, as JSON on its standard output. */
export function inChild<Answer>(nodeArguments: readonly string[]): Answer {
  const output = execFileSync(process.execPath, nodeArguments, {
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return JSON.parse(output) as Answer;
}

/** A task of the bench in a process that goes on until it is ended, and what that said first. */
export async function startTask(...task: readonly string[]): Promise<[ChildProcess, string]> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (!Buffer.isBuffer(said)) throw new Error(`${task.join(' ')} ended without a word`);
  return [child, String(said).trim()];
}
