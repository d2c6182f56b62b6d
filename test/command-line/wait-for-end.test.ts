import { expect, test } from 'vitest';
import { buildProgram } from '../support/build-program.ts';
import { startProgram } from './started-program.ts';

const program = await buildProgram('test/command-line/programs/never-ending.ts');

test.for([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGINT'],
] as const)('after %s a %s ends at once what hangs while it stops', async ([first, second]) => {
  const hanging = startProgram(program, []);
  await hanging.line('ready');
  hanging.signal(first);
  expect(await hanging.line('end')).toMatchObject({ kind: 'signal' });
  hanging.signal(second);
  expect(await hanging.ended).toMatchObject({ status: null, signal: second });
});
