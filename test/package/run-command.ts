import { execFile } from 'node:child_process';

/**
 * Runs a command to its end and gives what it printed. What the test runner tells its own processes is kept from it,
 * so that it runs as it would for a user.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const own = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== 'NODE_ENV' && !name.startsWith('VITEST')),
  );
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env: { ...own, ...more } }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}
