const wholeWorker = [
  'schedule/',
  'properties/worker-is-a-fold',
  'machines/',
  'properties/races',
  'properties/never-wedged',
];

/**
 * What is mutated, and how the names of its tests begin under `test/`, the most telling for their time first: a mutant is
 * killed by the first that fails. A rule of the policy is to be told by its own tests, so that no whole worker is run for it; of
 * the properties of a worker those are left out that are as slow as all others together.
 */
const tested: Readonly<Record<string, readonly string[]>> = {
  'src/policy': [
    'policy/',
    'properties/backoff-bounds',
    'properties/nobody-silenced',
    'properties/retry-after-precedence',
  ],
  'src/clock': ['clock/', 'properties/worker-is-a-fold'],
  'src/schedule': [...wholeWorker, 'properties/nobody-silenced'],
  machines: [...wholeWorker, 'build/picture'],
};

export const folders: readonly string[] = Object.keys(tested);

/**
 * The folder that a path is or lies in.
 *
 * @throws RangeError for one that is not mutated
 */
export function folderOf(path: string): string {
  const folder = folders.find((one) => isIn(path, one));
  if (folder !== undefined) return folder;
  throw new RangeError(`${path} is not mutated; allowed is ${folders.join(', ')}, and what is in them`);
}

/** The tests of a folder: how their paths begin. */
export function testsOf(folder: string): string[] {
  return (tested[folder] ?? []).map((name) => `test/${name}`);
}

export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
