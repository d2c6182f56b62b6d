/** The chain on disk is damaged. The message says what is wrong and how to recover. */
export class ChainDamagedError extends Error {
  override readonly name = 'ChainDamagedError';
  readonly code = 'chain_damaged';
  /** The folder of the chain. */
  readonly folder: string;

  /** @param problem completes the sentence 'the chain in FOLDER …' */
  constructor(folder: string, problem: string) {
    super(
      `the chain in ${folder} ${problem}; repair it, or move the folder aside: what is missing is pulled anew`,
    );
    this.folder = folder;
  }
}
