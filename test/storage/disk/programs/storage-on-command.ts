/** A process with one disk storage that does what it is told over its channel, and answers what came of it. */

import { initialSyncState } from '../../../../src/index.ts';
import { createDiskStorage, StorageError } from '../../../../src/storage/disk/index.ts';

process.umask(Number(process.env['UMASK'] ?? 0o022));
const storage = createDiskStorage(process.argv[2] ?? '');

async function obey(command: unknown): Promise<unknown> {
  if (command === 'load') return storage.load(() => undefined);
  if (command === 'close') return storage.close?.();
  const state = { ...initialSyncState(), currentHead: String(command) };
  return storage.save({ state, peers: [] });
}

process.on('message', (command) => {
  obey(command).then(
    () => process.send?.({ answer: 'done' }),
    (error: unknown) => {
      const { message, name } = error instanceof Error ? error : new Error(String(error));
      const code = error instanceof StorageError ? error.code : undefined;
      const pid = error instanceof Error && 'pid' in error ? error.pid : undefined;
      process.send?.({ answer: code ?? name, message, pid });
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ answer: 'ready' });
