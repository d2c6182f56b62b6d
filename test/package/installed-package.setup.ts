import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installInto, pack } from './install-package.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed tarball, as it would be published. */
    tarball: string;
    /** An otherwise empty project into which the tarball was installed, beside an xstate of its own. */
    consumer: string;
  }
}

/** Builds, packs and installs the package once for all tests of this folder. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'infonet-sync-worker-')));
  const remove = (): Promise<void> => rm(folder, { recursive: true });
  try {
    const tarball = await pack('.', join(folder, 'package'));
    provide('tarball', tarball);
    // Packed from what we have: it is the very version the other tests ran with.
    const xstate = await pack('node_modules/xstate', join(folder, 'xstate'));
    provide('consumer', await installInto(join(folder, 'consumer'), [tarball, xstate]));
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}
