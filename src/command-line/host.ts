/** What the command line takes of the process it runs in. `process` itself is one. */
export type Host = Pick<
  NodeJS.Process,
  'argv' | 'env' | 'cwd' | 'pid' | 'kill' | 'stdout' | 'stderr' | 'on' | 'once' | 'off'
>;
