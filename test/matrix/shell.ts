import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Only a hang takes so long, in milliseconds. */
const LONGEST = 900_000;

/** Runs a command to its end and gives what it printed. @throws Error with all that it printed */
export function run(
  cwd: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = {
    cwd,
    timeout: LONGEST,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...ownEnvironment(), CI: 'true', ...env },
  };
  return new Promise((resolve, reject) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(new Error(`${[command, ...args].join(' ')}\n${stdout}\n${stderr}`.trim(), { cause: error }));
    });
  });
}

/** As for a user: what npm tells the scripts it runs is kept from them. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV$|NODE_OPTIONS$)/.test(name)),
  );
}

/** Where the matrix is run, and what it tries. */
export interface Bench {
  /** A folder of its own for everything. */
  readonly folder: string;
  readonly tarball: string;
}

/** A project with the package and others beside it, installed by npm, and with these programs in it. */
export async function project(
  { folder, tarball }: Bench,
  name: string,
  packages: readonly string[] = [],
  manifest: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const path = await emptyProject(folder, name, manifest);
  const options = ['--no-audit', '--no-fund', '--prefer-offline'];
  await run(path, 'npm', ['install', ...options, tarball, ...packages]);
  return path;
}

/** The same, before anything is installed. */
export async function emptyProject(
  folder: string,
  name: string,
  manifest: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const path = join(folder, name.replace(/\W+/g, '-'));
  await mkdir(path);
  await writeFile(
    join(path, 'package.json'),
    JSON.stringify({ name: 'matrix', version: '1.0.0', private: true, type: 'module', ...manifest }),
  );
  return path;
}

/** Copies a program into a project. Those lie beside this file; the matrix is run in the checkout. */
export async function giveProgram(to: string, program: string, as: string = program): Promise<void> {
  await copyFile(join('test', 'matrix', 'programs', program), join(to, as));
}
