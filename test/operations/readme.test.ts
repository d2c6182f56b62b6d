import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveSettings } from '../../src/command-line/settings/resolve-settings.ts';
import { tempFolder } from '../storage/disk/temp-folder.ts';

test('the config file of the README is one that the command takes, as it stands there', async () => {
  const readme = await readFile(new URL('../../src/operations/README.md', import.meta.url), 'utf8');
  const [, example = ''] =
    /<!-- example: \/etc\/sync-worker\.json -->\n```json\n([\s\S]*?)```/.exec(readme) ?? [];
  const { path } = await tempFolder();
  const config = join(path, 'sync-worker.json');
  await writeFile(config, example);
  const { settings, from } = await resolveSettings({ flags: { config }, env: {}, cwd: path });
  const given: Record<string, unknown> = JSON.parse(example);
  expect(settings).toMatchObject(given);
  expect(Object.keys(from).filter((key) => from[key as keyof typeof from] === config)).toEqual(
    expect.arrayContaining(Object.keys(given)),
  );
});
