import { execFileSync } from 'node:child_process';

/** What a fresh Node process answers, as JSON on its standard output. */
export function inChild<Answer>(nodeArguments: readonly string[]): Answer {
  const output = execFileSync(process.execPath, nodeArguments, {
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return JSON.parse(output) as Answer;
}
