import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../src/fleet', import.meta.url));
const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
const sources = await Promise.all(
  files.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
);

/** What writes a rule of the policy: its arithmetic, its order of peers, and what a run makes of the ten fields. */
const rules: readonly (readonly [rule: string, how: RegExp])[] = [
  ['the backoff', /failureBackoff\w*\s*[*+(]|(?:ackoff|ailures)\w* \*\*|\b1800\b/],
  ['the interval', /intervalSeconds\s*[*+]|[*+]\s*\w*\.?intervalSeconds|\b300\b/],
  ['jitter and spread', /(?:jitter|spread)Ratio/],
  ['the failures', /consecutiveFailures|failureCount/],
  ['the due time', /nextSyncDueAt|next_sync_due_at/],
  ['the order of the peers', /\.sort\(|toSorted|lastSyncOkAt|eligibleSyncPeers/],
  ['the steps of a run', /\b(?:finishSync|beginSync|withdrawSync|finishSoloSync|recordSync\w+)\b/],
  ['the reading of a header', /parseRetryAfter|readRetryAfter/],
];

test.for(rules)('the fleet writes no rule of the policy a second time: %s', ([, how]) => {
  expect(files.length).toBeGreaterThan(10);
  const found = sources.flatMap(([name, text]) =>
    text
      .split('\n')
      .filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line) && how.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
