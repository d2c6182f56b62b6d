/** What the command line takes of the process it runs in. `process` itself is one. */
export type Host = Pick<
  NodeJS.Process,
  | 'argv'
  | 'env'
  | 'cwd'
  | 'pid'
  | 'kill'
  | 'exit'
  | 'stdout'
  | 'stderr'
  | 'on'
  | 'once'
  | 'off'
  | 'listenerCount'
>;
