import { expect, test } from 'vitest';
import type { SyncWorker } from '../../src/index.ts';
import { type Journal, keepJournal } from '../../src/inspect/journal.ts';
import { useInspections } from './inspection-world.ts';

const { embedded, after } = useInspections();

function kept(worker: SyncWorker): Journal {
  const journal = keepJournal(worker, () => undefined);
  after(journal.close);
  return journal;
}

test('runs and lines are remembered while nobody looks, and steps since somebody does', async () => {
  const { worker, pass } = embedded();
  const journal = kept(worker);
  await worker.start();
  await pass(300_000);
  expect([journal.steps.pushed, journal.lines.pushed, journal.history.runs.length]).toEqual([0, 8, 2]);
  const lookAway = journal.look();
  await pass(300_000);
  expect(journal.steps.pushed).toBe(6);
  lookAway();
  await pass(300_000);
  expect(journal.steps.pushed).toBe(6);
  journal.look();
  expect([journal.steps.pushed, journal.lines.pushed]).toEqual([0, 16]);
});

test('as long as anybody looks, steps are noted', async () => {
  const { worker, pass } = embedded();
  const journal = kept(worker);
  await worker.start();
  const [first, second] = [journal.look(), journal.look()];
  await pass(1);
  expect(journal.steps.pushed).toBe(2);
  first();
  first();
  await pass(300_000);
  expect(journal.steps.pushed).toBe(8);
  second();
  await pass(300_000);
  expect(journal.steps.pushed).toBe(8);
});

test('a line is short, and on one line', async () => {
  const { worker, pass } = embedded({
    sync: async () => {
      throw new Error(`one\ntwo\u0007${'x'.repeat(100_000)}`);
    },
  });
  const journal = kept(worker);
  await worker.start();
  await pass(1);
  const line = journal.lines.since(0).find(({ type }) => type === 'attempt.finished');
  expect(line?.text).toContain('one two x');
  expect(line?.text.length).toBeLessThanOrEqual(501);
  expect(journal.history.runs[0]?.attempts[0]?.error.length).toBeLessThanOrEqual(501);
});
