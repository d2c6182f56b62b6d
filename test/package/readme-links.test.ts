import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = ['.github', 'machines', 'src', 'test'];

async function documents(): Promise<string[]> {
  const within = await Promise.all(
    rooms.map(async (room) =>
      (await readdir(join(root, room), { recursive: true })).map((path) => join(room, path)),
    ),
  );
  return ['README.md', 'CHANGELOG.md', ...within.flat().filter((path) => path.endsWith('.md'))];
}

test('every link from one of our documents to a file of ours leads somewhere', async () => {
  const broken: string[] = [];
  for (const document of await documents()) {
    const text = await readFile(join(root, document), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      if (!existsSync(join(root, dirname(document), target))) broken.push(`${document} → ${target}`);
    }
  }
  expect(broken).toEqual([]);
});
