import { stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDiskStorage, StorageUnwritableError } from '../../../src/storage/disk/index.ts';
import { refusePlugAndPlay } from '../../../src/storage/disk/make-folder.ts';
import { tempFolder } from './temp-folder.ts';

const load = (folder: string): unknown =>
  createDiskStorage(folder).load(({ message }) => expect.fail(message));

test('a data folder is made with all it lies in', async () => {
  const { path } = await tempFolder();
  const storage = createDiskStorage(join(path, 'a', 'b', 'c'));
  await storage.load(({ message }) => expect.fail(message));
  expect((await stat(join(path, 'a', 'b', 'c'))).isDirectory()).toBe(true);
  await storage.close?.();
});

test('a data folder that cannot be made is an error that names it, and no endless try', async () => {
  const { path } = await tempFolder();
  const [nowhere, file] = [join(path, 'nowhere'), join(path, 'file')];
  await symlink(join(path, 'not', 'there'), nowhere);
  await writeFile(file, '');
  for (const folder of [join(nowhere, 'data'), join(file, 'data'), join(file, 'more', 'data')]) {
    await expect(load(folder)).rejects.toThrow(StorageUnwritableError);
    await expect(load(folder)).rejects.toThrow(folder);
  }
});

test("Yarn's Plug'n'Play is refused by name, and plain Node is not", () => {
  expect(() => refusePlugAndPlay(process.versions)).not.toThrow();
  expect(() => refusePlugAndPlay({ ...process.versions, pnp: '3' })).toThrow(
    /^Yarn's Plug'n'Play has .*; set nodeLinker: node-modules in \.yarnrc\.yml$/,
  );
});
