import { copyFile, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskChain } from '../../infonet/chain/chain-store.ts';
import type { ChainStatus } from '../../operations/worker-status.ts';
import { ifMissing } from '../../storage/disk/storage-errors.ts';
import { chainFolder } from './open-chain.ts';

/** LevelDB never changes a file of these once it is written. */
const IMMUTABLE = /\.(ldb|sst)$/;
/** What a database is made of beside them; its lock and its log of messages are not. */
const COPIED = /^(CURRENT|MANIFEST-\d+|\d+\.log)$/;

/**
 * How far the chain of a data folder has come, without touching it: LevelDB writes when it opens a database, and keeps
 * out a worker that starts meanwhile. So what is opened is a look-alike elsewhere, whose large files are links.
 *
 * @returns null if there is no chain, or it cannot be read so
 */
export async function readChainFigures(folder: string): Promise<ChainStatus | null> {
  const place = chainFolder(folder);
  const names = await readdir(place).catch(ifMissing<string[]>([]));
  if (!names.includes('CURRENT')) return null;
  const copy = await mkdtemp(join(tmpdir(), 'sync-worker-chain-'));
  try {
    for (const name of names) {
      if (IMMUTABLE.test(name)) await symlink(join(place, name), join(copy, name));
      if (COPIED.test(name)) await copyFile(join(place, name), join(copy, name));
    }
    const chain = await openDiskChain(copy);
    const figures = { head: chain.head(), count: chain.count() };
    await chain.close();
    return figures;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
