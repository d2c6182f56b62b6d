import { expect, test } from 'vitest';
import { createClosers } from '../../src/command-line/run/closers.ts';

test('what was opened is closed the other way round, each once, also after one that fails', async () => {
  const closed: string[] = [];
  const closers = createClosers();
  closers.add('first', () => void closed.push('first'));
  closers.add('second', async () => {
    closed.push('second');
    throw new Error('it does not close');
  });
  closers.add('third', async () => void closed.push('third'));
  expect(await closers.closeAll()).toEqual(['second: it does not close']);
  expect(await closers.closeAll()).toEqual([]);
  expect(closed).toEqual(['third', 'second', 'first']);
});
