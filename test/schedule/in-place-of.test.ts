import { expect, test } from 'vitest';
import { createPeerRecord } from '../../src/policy/peer-record.ts';
import type { SyncFunction } from '../../src/schedule/attempt.ts';
import { inPlaceOf } from '../../src/schedule/in-place-of.ts';

const peer = createPeerRecord('http://a.example');

test('a sync function in place of another excludes the same peers', () => {
  class Sync {
    readonly reason = 'no proxy';
    exclude(): string {
      return this.reason;
    }
  }
  const replacement: SyncFunction = () => ({ head: 'h1' });
  const sync = inPlaceOf(new Sync(), replacement);
  expect(sync).toBe(replacement);
  expect(sync.exclude?.(peer)).toBe('no proxy');
});

test('a sync function in place of one that excludes nobody excludes nobody', () => {
  const first: SyncFunction = () => ({ head: 'h1' });
  expect(inPlaceOf(first, () => ({ head: 'h2' })).exclude).toBeUndefined();
});
