import { expect, test } from 'vitest';
import { createLogger } from '../../../src/command-line/log/create-logger.ts';
import { fileOutput, openLogOutput } from '../../../src/command-line/log/log-output.ts';
import { fc } from '../../support/property.ts';

test('whatever a disk does, a file holds whole lines: those that were told as written, in their order', () => {
  const steps = fc.array(fc.oneof(fc.nat(30), fc.constantFrom('ENOSPC', 'EIO', 'EDQUOT')), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 20 })), steps, (texts, script) => {
      let file = Buffer.alloc(0);
      const left = [...script];
      const output = fileOutput(1, (_, bytes) => {
        const step = left.shift() ?? Number.POSITIVE_INFINITY;
        if (typeof step === 'string') throw new Error(step);
        const part = bytes.subarray(0, Math.max(1, step));
        file = Buffer.concat([file, part]);
        return part.length;
      });
      const lines = texts.map((text, index) => `${JSON.stringify([index, text])}\n`);
      const written = lines.filter((line) => output.write(line) === undefined);
      // With room again, what was cut off is finished before the next line.
      left.length = 0;
      expect(output.write('last\n')).toBeUndefined();
      expect(file.toString()).toBe(`${written.join('')}last\n`);
    }),
  );
});

test('lines that could not be written are told before the next one that can be, with why', () => {
  let isFull = false;
  let text = '';
  const failing = { on: () => undefined, write: (line: string) => (text += line) };
  Object.defineProperty(failing, 'writableLength', { get: () => (isFull ? 2 << 20 : 0) });
  const logger = createLogger({ stream: failing });
  const events = (): unknown[] =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ event, lines, msg }) => (event === 'log.gap' ? { event, lines } : msg));
  logger.info('one');
  isFull = true;
  for (const lost of ['two', 'three', 'four']) logger.info(lost);
  isFull = false;
  logger.info('five');
  logger.info('six');
  expect(events()).toEqual(['one', { event: 'log.gap', lines: 3 }, 'five', 'six']);
});

test('a reader that has stopped costs a bounded memory', () => {
  let waiting = 0;
  const output = openLogOutput({
    get writableLength() {
      return waiting;
    },
    on: () => undefined,
    write: (line) => {
      waiting += line.length;
    },
  });
  const line = `${'x'.repeat(999)}\n`;
  for (let index = 0; index < 5_000; index += 1) output.write(line);
  expect(waiting).toBeLessThanOrEqual((1 << 20) + line.length);
  expect(output.write(line)).toBe('nobody reads them');
  waiting = 0;
  expect(output.write(line)).toBeUndefined();
});
