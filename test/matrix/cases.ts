import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { type Bench, emptyProject, giveProgram, project, run } from './shell.ts';

/** One thing that is tried. It throws, or gives what there is to say beside that it works. */
export interface Case {
  readonly group: string;
  readonly name: string;
  try(bench: Bench): Promise<string>;
}

function expectLine(output: string, line: string): string {
  if (!output.split('\n').includes(line)) throw new Error(`it printed ${JSON.stringify(output)}`);
  return line.replace(/: ok$/, '');
}

/** A worker with all its parts, and the command, by a runtime that npm installs. */
async function onRuntime(
  bench: Bench,
  name: string,
  packageName: string,
  before: readonly string[],
): Promise<string> {
  const path = await project(bench, `runtime ${name}`, [packageName]);
  const runtime = join(path, 'node_modules', '.bin', packageName.replace(/@.*$/, ''));
  await giveProgram(path, 'whole-worker.mjs');
  await giveProgram(path, 'command.mjs');
  const version = (await run(path, runtime, ['--version'])).split('\n')[0] ?? '';
  expectLine(await run(path, runtime, [...before, 'whole-worker.mjs']), 'whole worker: ok');
  expectLine(await run(path, process.execPath, ['command.mjs', runtime, ...before]), 'command: ok');
  return version.trim();
}

const runtimes: Case[] = [
  ...['20', '22', '24', '26'].map((major) => ({
    group: 'runtime',
    name: `Node ${major}`,
    try: (bench: Bench) => onRuntime(bench, `Node ${major}`, `node@${major}`, []),
  })),
  { group: 'runtime', name: 'Bun', try: (bench) => onRuntime(bench, 'Bun', 'bun@latest', []) },
  {
    group: 'runtime',
    name: 'Deno',
    try: (bench) => onRuntime(bench, 'Deno', 'deno@latest', ['run', '--allow-all']),
  },
  {
    group: 'runtime',
    name: 'require() in CommonJS',
    try: async (bench) => {
      const path = await project(bench, 'commonjs', [], { type: 'commonjs' });
      await giveProgram(path, 'small.cjs');
      expectLine(await run(path, process.execPath, ['small.cjs']), 'small: ok');
      return process.version;
    },
  },
];

const lowestXstate = manifest.dependencies.xstate.replace('^', '');
const xstates: Case[] = [lowestXstate, 'latest'].map((version) => ({
  group: 'xstate',
  name: version,
  try: async (bench) => {
    const path = await project(bench, `xstate ${version}`, [`xstate@${version}`]);
    await giveProgram(path, 'whole-worker.mjs');
    expectLine(await run(path, process.execPath, ['whole-worker.mjs']), 'whole worker: ok');
    const listed: { dependencies?: Record<string, { version?: string }> } = JSON.parse(
      await run(path, 'npm', ['ls', 'xstate', '--json']),
    );
    return `${listed.dependencies?.['xstate']?.version}, one copy`;
  },
}));

/** TypeScript 7 has no node10 any more, and 6 has to be told to keep it. */
const resolutions = ['node10', 'node16', 'nodenext', 'bundler'];
const compilers: Case[] = ['5.4', '6', 'latest'].flatMap((version) =>
  resolutions
    .filter((resolution) => version !== 'latest' || resolution !== 'node10')
    .map((resolution) => ({
      group: `TypeScript ${version}`,
      name: resolution,
      try: async (bench: Bench) => {
        const packages = [`typescript@${version}`, '@types/node@20'];
        const path = await project(bench, `ts ${version} ${resolution}`, packages);
        await giveProgram(path, 'typed.ts.txt', 'typed.ts');
        const module = resolution === 'node16' || resolution === 'nodenext' ? resolution : 'esnext';
        const options = ['--moduleResolution', resolution, '--module', module, '--target', 'es2022'];
        const old = version === '6' && resolution === 'node10' ? ['--ignoreDeprecations', '6.0'] : [];
        const tsc = join(path, 'node_modules', '.bin', 'tsc');
        const types = ['--types', 'node', '--skipLibCheck'];
        await run(path, tsc, ['--noEmit', '--strict', ...types, ...options, ...old, 'typed.ts']);
        return (await run(path, tsc, ['--version'])).trim();
      },
    })),
);

interface Bundler {
  readonly name: string;
  readonly packages: readonly string[];
  readonly command: readonly [string, ...string[]];
  readonly config?: { readonly file: string; readonly text: string };
}

const bundlers: Case[] = (
  [
    {
      name: 'esbuild',
      packages: ['esbuild'],
      command: [
        'esbuild',
        ...['small.mjs', '--bundle', '--platform=node', '--format=esm', '--outfile=out/small.mjs'],
        // prom-client and OpenTelemetry are CommonJS, and require what Node has.
        "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      ],
    },
    {
      name: 'rollup',
      packages: [
        ...['rollup', '@rollup/plugin-node-resolve', '@rollup/plugin-commonjs', '@rollup/plugin-json'],
      ],
      command: ['rollup', '--config'],
      config: {
        file: 'rollup.config.js',
        text: `import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import nodeResolve from '@rollup/plugin-node-resolve';

export default {
  input: 'small.mjs',
  output: { dir: 'out', format: 'es', entryFileNames: '[name].mjs' },
  plugins: [nodeResolve({ exportConditions: ['node'], preferBuiltins: true }), commonjs(), json()],
};
`,
      },
    },
    {
      name: 'webpack',
      packages: ['webpack', 'webpack-cli'],
      command: ['webpack'],
      config: {
        file: 'webpack.config.js',
        text: `export default {
  mode: 'production',
  target: 'node20',
  entry: './small.mjs',
  experiments: { outputModule: true },
  output: { path: import.meta.dirname + '/out', filename: 'small.mjs', module: true, chunkFormat: 'module' },
};
`,
      },
    },
  ] satisfies Bundler[]
).map(({ name, packages, command: [binary, ...args], config }: Bundler) => ({
  group: 'bundler',
  name,
  try: async (bench) => {
    const path = await project(bench, `bundler ${name}`, packages);
    await giveProgram(path, 'small.mjs');
    if (config !== undefined) await writeFile(join(path, config.file), config.text);
    await run(path, join(path, 'node_modules', '.bin', binary), args);
    // Without what it was made from.
    const alone = await emptyProject(bench.folder, `bundled by ${name}`);
    await run(path, 'cp', ['-r', 'out', alone]);
    expectLine(await run(alone, process.execPath, ['out/small.mjs']), 'small: ok');
    return versionOf(path, packages[0] ?? name);
  },
}));

const runners: Case[] = [
  {
    group: 'test runner',
    name: 'Jest, as ES modules',
    try: async (bench) => {
      const jest = { testMatch: ['**/*.test.mjs'], transform: {} };
      const path = await project(bench, 'jest', ['jest'], { jest });
      await giveProgram(path, 'small.test.mjs');
      const options = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
      await run(path, process.execPath, options);
      return versionOf(path, 'jest');
    },
  },
  ...['threads', 'vmThreads', 'forks'].map((pool) => ({
    group: 'test runner',
    name: `vitest, ${pool}`,
    try: async (bench: Bench) => {
      const path = await project(bench, `vitest ${pool}`, ['vitest']);
      await giveProgram(path, 'small.test.mjs');
      const vitest = join('node_modules', '.bin', 'vitest');
      await run(path, join(path, vitest), ['run', '--globals', '--pool', pool]);
      return versionOf(path, 'vitest');
    },
  })),
];

interface Manager {
  readonly name: string;
  readonly package: string;
  readonly binary: string;
  readonly args: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** How a program is run where there is no node_modules. */
  readonly node?: readonly string[];
  /** What is said where a data folder cannot be had. */
  readonly refused?: string;
}

const managers: Case[] = (
  [
    { name: 'npm', package: 'npm@latest', binary: 'npm', args: ['install'] },
    { name: 'pnpm', package: 'pnpm@latest', binary: 'pnpm', args: ['add'] },
    { name: 'yarn 1', package: 'yarn@1', binary: 'yarn', args: ['add'] },
    {
      name: 'yarn 4, node_modules',
      package: '@yarnpkg/cli-dist@4',
      binary: 'yarn',
      args: ['add'],
      files: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
    },
    {
      name: "yarn 4, Plug'n'Play",
      package: '@yarnpkg/cli-dist@4',
      binary: 'yarn',
      args: ['add'],
      files: { '.yarnrc.yml': 'nodeLinker: pnp\n', 'yarn.lock': '' },
      node: ['node'],
      refused: "Yarn's Plug'n'Play has no file handles that can bring a file to disk",
    },
    { name: 'bun', package: 'bun@latest', binary: 'bun', args: ['add'] },
  ] satisfies Manager[]
).map(({ name, package: packageName, binary, args, files = {}, node, refused }: Manager) => ({
  group: 'package manager',
  name,
  try: async ({ folder, tarball }) => {
    const tool = await emptyProject(folder, `tool ${name}`);
    await run(tool, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', packageName]);
    const manager = join(tool, 'node_modules', '.bin', binary);
    const path = await emptyProject(folder, `installed by ${name}`);
    for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
    // A lockfile of its own is made here; yarn 4 would refuse to make one in a CI.
    const env = { YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', YARN_ENABLE_TELEMETRY: '0' };
    await run(
      path,
      manager,
      [...args, `${name.startsWith('yarn 4') ? 'infonet-sync-worker@file:' : ''}${tarball}`],
      env,
    );
    const [program = '', ...before] = node === undefined ? [process.execPath] : [manager, ...node];
    await giveProgram(path, 'small.mjs');
    expectLine(await run(path, program, [...before, 'small.mjs'], env), 'small: ok');
    const version = (await run(path, manager, ['--version'], env)).trim();
    await giveProgram(path, 'whole-worker.mjs');
    const whole = run(path, program, [...before, 'whole-worker.mjs'], env);
    if (refused === undefined) {
      expectLine(await whole, 'whole worker: ok');
      return version;
    }
    const said = await whole.then(
      (output) => `it worked: ${output}`,
      (error: Error) => error.message,
    );
    if (!said.includes(refused)) throw new Error(said);
    return `${version}; not on disk, where it says: ${refused} …`;
  },
}));

async function versionOf(path: string, packageName: string): Promise<string> {
  const script = `console.log(JSON.parse(require('node:fs').readFileSync(${JSON.stringify(
    join(path, 'node_modules', packageName, 'package.json'),
  )}, 'utf8')).version)`;
  return (await run(path, process.execPath, ['--eval', script])).trim();
}

export const cases: readonly Case[] = [
  ...runtimes,
  ...xstates,
  ...compilers,
  ...bundlers,
  ...runners,
  ...managers,
];
