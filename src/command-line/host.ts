/** The parts of `process` that the command line uses. */
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
