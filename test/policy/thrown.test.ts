import { describe, expect, it } from 'vitest';
import { asError, messageOf, readField } from '../../src/policy/thrown.ts';
import { fc } from '../support/property.ts';

const broken = {
  get message(): string {
    throw new Error('no');
  },
};

/** An error that its causes follow, the first the outermost. */
function chain(...messages: string[]): unknown {
  return messages.reduceRight<unknown>((cause, message) => new Error(message, { cause }), undefined);
}

describe('messageOf', () => {
  it.each([
    ['the message', new Error('refused'), 'refused'],
    ['what is thrown in place of an error', 'refused', 'refused'],
    ['a number', 7, '7'],
    ['the message of what is no Error', { message: 'refused' }, 'refused'],
    ['an object without one', { reason: 'refused' }, '[object Object]'],
    ['the causes too', chain('fetch failed', 'connect ECONNREFUSED'), 'fetch failed: connect ECONNREFUSED'],
    [
      'no cause that says nothing new',
      chain('sync: refused', 'refused', 'no route'),
      'sync: refused: no route',
    ],
    ['four of them at most', chain('1', '2', '3', '4', '5'), '1: 2: 3: 4'],
    ['a cause of null as none', new Error('refused', { cause: null }), 'refused'],
    ['a cause that is no object', new Error('failed', { cause: 'no route' }), 'failed: no route'],
    ['nothing of a cause that is empty', chain('refused', '', 'no route'), 'refused: Error: no route'],
    [
      'the cause of an error that says nothing at all',
      Object.assign(new Error('', { cause: new Error('no route') }), { name: 7 }),
      'no route',
    ],
    ['the first of several errors', new AggregateError([new Error('no route'), new Error('b')]), 'no route'],
    ['the name of an aggregate without any', new AggregateError([]), 'AggregateError'],
    ['the code of an error without a message', Object.assign(new Error(), { code: 'ENOENT' }), 'ENOENT'],
    ['its name', new TypeError(), 'TypeError'],
    ['that there is none', Object.assign(new Error(), { name: 7 }), 'failed without a message'],
    ['that nothing was thrown', undefined, 'failed without a message'],
    ['that null was thrown', null, 'failed without a message'],
    ['that it is empty', '', 'failed without a message'],
    ['a message that is none as the name', Object.assign(new Error(), { message: 7 }), 'Error'],
    ['that it cannot be shown', Object.create(null), 'failed with a value that cannot be shown'],
    ['one whose message cannot be read', broken, '[object Object]'],
    ['all of it on one line', new Error('a\nb', { cause: new Error('http://u:p@h') }), 'a b: http://***@h'],
  ])('tells %s', (_, thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });

  it('gives a line, whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (thrown) => {
        expect(messageOf(thrown)).toMatch(/^[^\r\n]+$/);
      }),
    );
  });
});

describe('asError', () => {
  it('leaves an error as it is', () => {
    const error = new RangeError('refused');
    expect(asError(error)).toBe(error);
  });

  it('makes one of anything else, whose cause it is', () => {
    const error = asError('refused');
    expect(error).toEqual(new Error('refused'));
    expect(error.cause).toBe('refused');
  });
});

describe('readField', () => {
  it('reads a field, and undefined where that throws', () => {
    expect(readField({ a: 1 }, 'a')).toBe(1);
    expect(readField(broken, 'message')).toBeUndefined();
    expect(readField(undefined, 'a')).toBeUndefined();
  });
});
