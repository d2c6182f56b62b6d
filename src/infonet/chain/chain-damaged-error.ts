/** The chain on disk is not what was written. The message says what is wrong and what gets the node going again. */
export class ChainDamagedError extends Error {
  override readonly name = 'ChainDamagedError';
  readonly code = 'chain_damaged';
  /** The folder of the chain. */
  readonly folder: string;

  /** @param problem goes on where 'the chain in FOLDER' ends */
  constructor(folder: string, problem: string) {
    super(
      `the chain in ${folder} ${problem}; repair it, or move the folder aside: what is missing is pulled anew`,
    );
    this.folder = folder;
  }
}
