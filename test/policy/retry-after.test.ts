import { describe, expect, it } from 'vitest';
import {
  clampRetryAfter,
  MAX_RETRY_AFTER_SECONDS,
  parseRetryAfter,
  readRetryAfter,
} from '../../src/policy/retry-after.ts';
import { fc } from '../support/property.ts';
import { anyNumber, anyTime, isStorable } from './any-number.ts';
import { mutated } from './mutated-text.ts';
import { anyInstant, anyWriter, type DateWriter, writers } from './written-http-date.ts';

/** Tuesday, 14 November 2023, 22:13:20. */
const now = 1_700_000_000;
const day = 86_400;
const { 'imf-fixdate': imfFixdate, 'rfc850-date': rfc850, 'asctime-date': asctime } = writers;

describe('delay-seconds', () => {
  it.each([
    { header: '0', seconds: 0 },
    { header: '1', seconds: 1 },
    { header: '120', seconds: 120 },
    { header: '000120', seconds: 120 },
    { header: ' \t120\t ', seconds: 120 },
    { header: '3599', seconds: 3599 },
    { header: '3600', seconds: 3600 },
    { header: '3601', seconds: 3600 },
    { header: '99999999999999999999', seconds: 3600 },
    { header: `${'0'.repeat(5000)}7`, seconds: 7 },
  ])('are $seconds for $header', ({ header, seconds }) => {
    expect(parseRetryAfter(header, { now })).toBe(seconds);
  });

  it('are the number itself, up to an hour, whatever the time now', () => {
    const digits = fc.oneof(
      fc.integer({ min: 0, max: 4000 }).map(String),
      fc.stringMatching(/^[0-9]{1,30}$/),
      fc.stringMatching(/^0{0,20}[0-9]{1,4}$/),
    );
    fc.assert(
      fc.property(digits, anyTime, (header, at) => {
        const asked = BigInt(header);
        expect(parseRetryAfter(header, { now: at })).toBe(asked > 3600n ? 3600 : Number(asked));
      }),
    );
  });
});

describe('an HTTP-date', () => {
  it('asks for the whole seconds from now to then, in all three forms and all years', () => {
    fc.assert(
      fc.property(
        anyInstant,
        fc.integer({ min: 0, max: 3600 }),
        fc.integer({ min: 0, max: 1023 }),
        anyWriter,
        (instant, whole, parts, write) => {
          const at = instant - whole - parts / 1024;
          expect(parseRetryAfter(write(instant), { now: at })).toBe(whole);
        },
      ),
    );
  });

  it('asks for nothing once it is past, and for an hour if it is farther away', () => {
    fc.assert(
      fc.property(
        anyInstant,
        fc.integer({ min: 0, max: 40 * 365 * day }),
        fc.integer({ min: 0, max: 1023 }),
        anyWriter,
        (instant, away, parts, write) => {
          expect(parseRetryAfter(write(instant), { now: instant + away + parts / 1024 })).toBe(0);
          expect(parseRetryAfter(write(instant), { now: instant - 3600 - away - parts / 1024 })).toBe(3600);
        },
      ),
    );
  });

  it('may have white space around it, and none inside', () => {
    const padding = fc.stringMatching(/^[ \t\r\n]{0,5}$/);
    fc.assert(
      fc.property(anyInstant, anyWriter, padding, padding, (instant, write, before, after) => {
        expect(parseRetryAfter(before + write(instant) + after, { now: instant - 60 })).toBe(60);
      }),
    );
    expect(parseRetryAfter('Tue, 14 Nov 2023  22:14:20 GMT', { now })).toBe(0);
    expect(parseRetryAfter('Tue,14 Nov 2023 22:14:20 GMT', { now })).toBe(0);
  });
});

describe('an unreadable header asks for nothing', () => {
  it.each([
    '',
    ' ',
    '²',
    '1²',
    '١٢٣',
    '१२३',
    '12３',
    '1e3',
    '0x10',
    '0b1',
    '0o7',
    '1_000',
    '1,000',
    '+5',
    '-5',
    '- 5',
    '1.5',
    '5.',
    '.5',
    '5, 5',
    '5,5',
    '5; 5',
    '5 5',
    '5s',
    '5\u0000',
    'Infinity',
    'NaN',
    'null',
    'Tue, 14 Nov 2023 22:14:20',
    'Tue, 14 Nov 2023 22:14:20 UTC',
    'Tue, 14 Nov 2023 22:14:20 UT',
    'Tue, 14 Nov 2023 22:14:20 Z',
    'Tue, 14 Nov 2023 22:14:20 EST',
    'Tue, 14 Nov 2023 22:14:20 PDT',
    'Tue, 14 Nov 2023 22:14:20 BST',
    'Tue, 14 Nov 2023 22:14:20 A',
    'Tue, 14 Nov 2023 22:14:20 +0000',
    'Tue, 14 Nov 2023 22:14:20 -0000',
    'Wed, 15 Nov 2023 03:59:20 +0545',
    'Tue, 14 Nov 2023 22:14:20 GMT+1',
    'Tue, 14 Nov 2023 22:14:20 GMT (comment)',
    'Tue, 14 Nov 2023 22:14 GMT',
    'Tue, 14 Nov 2023 22:14: GMT',
    'Tue, 14 Nov 2023 22:14:20.5 GMT',
    'Tue, 14 Nov 2023 22.14.20 GMT',
    'Tue, 14 Nov 2023 221420 GMT',
    'Tue, 14 November 2023 22:14:20 GMT',
    'Tue, 14 Nov 23 22:14:20 GMT',
    'Tue, 14 Nov 02023 22:14:20 GMT',
    'Tue, 14-Nov-2023 22:14:20 GMT',
    'Tuesday, 14 Nov 2023 22:14:20 GMT',
    'Tuesday, 14-Nov-23 22:14:20',
    'Tuesday, 14-Nov-23 22:14:20 UTC',
    'Tuesday, 14-Nov-23 22:14:20 +0000',
    'Tuesday, 14-Nov-23 22:14 GMT',
    'Tuesday, 14-Nov-2023 22:14:20 GMT',
    'Tuesday, 14-Nov-3 22:14:20 GMT',
    'Tue Nov 14 22:14:20 2023 GMT',
    'Tue Nov 14 22:14:20 GMT 2023',
    'Tue Nov 14 22:14 2023',
    'Tue Nov 14 22:14:20 23',
    'Tue, Nov 14 22:14:20 2023',
    'Nov 14 2023 22:14:20',
    'Nov 14 2023 22:14:20 GMT',
    'Nov 14 2023',
    '14 Nov 2023 22:14:20 GMT',
    '2023-11-14T22:14:20Z',
    '2023-11-14 22:14:20',
    'Tue, 14 Nov 2023 22:14:20 GMT, Tue, 14 Nov 2023 22:14:20 GMT',
    '60, Tue, 14 Nov 2023 22:14:20 GMT',
  ])('%j', (header) => {
    expect(parseRetryAfter(header, { now })).toBe(0);
  });

  it('and so does a missing one', () => {
    expect([null, undefined].map((header) => parseRetryAfter(header, { now }))).toEqual([0, 0]);
    expect(readRetryAfter(null, { now })).toEqual({ form: 'unreadable', seconds: 0, clamped: false });
    expect(readRetryAfter(undefined, { now })).toEqual({ form: 'unreadable', seconds: 0, clamped: false });
  });
});

describe('any header at any time', () => {
  const valid = fc.oneof(
    fc.integer({ min: 0, max: 10_000 }).map(String),
    fc.tuple(anyInstant, anyWriter).map(([instant, write]) => write(instant)),
  );
  const anyHeader = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'0123456789 ,:-+.exGMTueNov') }),
    valid,
    mutated(valid),
  );

  it('gives a whole number from 0 to 3600 and never throws', () => {
    fc.assert(
      fc.property(anyHeader, anyTime, (header, at) => {
        const { seconds } = readRetryAfter(header, { now: at });
        expect(seconds).toSatisfy(isStorable);
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(MAX_RETRY_AFTER_SECONDS);
        // The lenient reading never asks for less than the strict one.
        expect(seconds).toBeGreaterThanOrEqual(parseRetryAfter(header, { now: at }));
      }),
    );
  });

  it('gives the seconds of digits alone, and of nothing else that is no date', () => {
    fc.assert(
      fc.property(mutated(fc.integer({ min: 1, max: 3600 }).map(String)), (header) => {
        const text = header.trim();
        const onlyDigits = text !== '' && Array.from(text).every((one) => '0123456789'.includes(one));
        const asked = onlyDigits ? Math.min(3600, Number.parseInt(text, 10)) : 0;
        expect(parseRetryAfter(header, { now })).toBe(asked);
      }),
    );
  });

  it('holds for headers of a megabyte', () => {
    const huge = (piece: string): string => piece.repeat(Math.ceil(1_000_000 / piece.length));
    const read = (header: string): number => parseRetryAfter(header, { now });
    expect(read(huge('9'))).toBe(3600);
    expect(read('9'.repeat(4301))).toBe(3600);
    expect(read(huge('0'))).toBe(0);
    expect(read(`${huge('9')}x`)).toBe(0);
    expect(read(`${huge(' ')}60${huge('\t')}`)).toBe(60);
    expect(read(huge(' '))).toBe(0);
    expect(read(huge('²'))).toBe(0);
    expect(read(huge('Tue, 14 Nov 2023 22:14:20 GMT'))).toBe(0);
    expect(read(`Tue, 14 Nov ${huge('2')} 22:14:20 GMT`)).toBe(0);
  });
});

describe('readRetryAfter tells what the header was', () => {
  it.each([
    { header: '120', form: 'delay-seconds', seconds: 120, clamped: false },
    { header: '3600', form: 'delay-seconds', seconds: 3600, clamped: false },
    { header: '3601', form: 'delay-seconds', seconds: 3600, clamped: true },
    { header: imfFixdate(now + 60), form: 'imf-fixdate', seconds: 60, clamped: false },
    { header: rfc850(now + 60), form: 'rfc850-date', seconds: 60, clamped: false },
    { header: asctime(now + 60), form: 'asctime-date', seconds: 60, clamped: false },
    { header: imfFixdate(now + 3600), form: 'imf-fixdate', seconds: 3600, clamped: false },
    { header: imfFixdate(now + 3601), form: 'imf-fixdate', seconds: 3600, clamped: true },
    { header: imfFixdate(now - 60), form: 'imf-fixdate', seconds: 0, clamped: false },
    { header: 'soon', form: 'unreadable', seconds: 0, clamped: false },
  ])('$header', ({ header, ...reading }) => {
    expect(readRetryAfter(header, { now })).toEqual(reading);
  });
});

describe('clampRetryAfter', () => {
  it('rounds up and holds any number between 0 and an hour', () => {
    expect([0.001, 59.5, 3599.001, 3600.5, -0.5, Number.NaN].map(clampRetryAfter)).toEqual([
      1, 60, 3600, 3600, 0, 0,
    ]);
    fc.assert(
      fc.property(anyNumber, (seconds) => {
        const held = clampRetryAfter(seconds);
        expect(held).toSatisfy(isStorable);
        expect(held).toBeGreaterThanOrEqual(0);
        expect(held).toBeLessThanOrEqual(3600);
        expect(held >= Math.min(seconds, 3600) || Number.isNaN(seconds)).toBe(true);
      }),
    );
  });
});

describe('other clients side by side', () => {
  it.each([
    { name: '`120`', header: '120', seconds: 120 },
    { name: 'IMF-fixdate, 120 s ahead', header: imfFixdate(now + 120), seconds: 120 },
    { name: 'asctime, 120 s ahead', header: asctime(now + 120), seconds: 120 },
    { name: '`-5`', header: '-5', seconds: 0 },
    { name: '`1e3`', header: '1e3', seconds: 0 },
    { name: '`0x10`', header: '0x10', seconds: 0 },
    { name: '30 days', header: String(30 * day), seconds: 3600 },
    { name: '30 days ahead', header: imfFixdate(now + 30 * day), seconds: 3600 },
  ])('here $name is $seconds s', ({ header, seconds }) => {
    expect(parseRetryAfter(header, { now })).toBe(seconds);
  });
});

describe('departures from the reference', () => {
  const soon: DateWriter = (instant) => imfFixdate(instant).replace(' GMT', '');

  it.each([
    { name: 'a digit that is no number', header: '²', seconds: 0 },
    { name: 'more than 4,300 digits', header: '1'.repeat(4301), seconds: 3600 },
    { name: 'non-ASCII digits', header: '١٢٣', seconds: 0 },
    { name: 'a numeric zone', header: `${soon(now + 60)} +0000`, seconds: 0 },
    { name: 'a named zone other than GMT', header: `${soon(now + 60)} EST`, seconds: 0 },
    { name: 'no zone', header: soon(now + 60), seconds: 0 },
    { name: 'the month first', header: 'Nov 14 2023 22:14:20', seconds: 0 },
    { name: 'no seconds', header: 'Tue, 14 Nov 2023 22:14 GMT', seconds: 0 },
    { name: 'a year 47 years ahead', header: 'Saturday, 14-Nov-70 22:13:20 GMT', seconds: 3600 },
    { name: 'a year 50 years ahead', header: 'Tuesday, 14-Nov-73 22:13:20 GMT', seconds: 3600 },
    { name: 'a second more than 50 years ahead', header: 'Tuesday, 14-Nov-73 22:13:21 GMT', seconds: 0 },
  ])('$name is $seconds s', ({ header, seconds }) => {
    expect(parseRetryAfter(header, { now })).toBe(seconds);
  });
});

describe('a header as servers send it', () => {
  const read = (header: string | readonly string[]) => readRetryAfter(header, { now });

  it.each([
    ['120.0', 120],
    ['1.5', 2],
    ['.5', 1],
    ['1.', 1],
    ['4000.5', 3600],
  ])('with a fraction is read and rounded up: %s', (header, seconds) => {
    expect(read(header)).toEqual({ form: 'malformed-delay', seconds, clamped: seconds === 3600 });
  });

  it.each(['1.5s', '+1.5', '1.5.5', '.', '1e3', 'x.5', '.5x'])(
    'that is no number is not read: %s',
    (header) => {
      expect(read(header)).toMatchObject({ form: 'unreadable', seconds: 0 });
    },
  );

  it('is read from what is text in a list', () => {
    expect(read(['5', 60, undefined, ['90']] as unknown as readonly string[])).toMatchObject({ seconds: 5 });
    expect(read('.25')).toMatchObject({ form: 'malformed-delay', seconds: 1 });
    expect(read('10.25')).toMatchObject({ form: 'malformed-delay', seconds: 11 });
  });

  it('is not looked at beyond 16,384 characters', () => {
    const padded = (length: number): string => `${' '.repeat(length - 2)}60`;
    expect(read(padded(16_384))).toMatchObject({ seconds: 60 });
    expect(read(padded(16_385))).toMatchObject({ seconds: 6 });
  });

  it('that was sent twice asks for the longest of its waits', () => {
    expect(read('30, 120')).toMatchObject({ form: 'delay-seconds', seconds: 120 });
    expect(read(['30', '120', '60'])).toMatchObject({ form: 'delay-seconds', seconds: 120 });
    expect(read('soon, 5')).toMatchObject({ form: 'delay-seconds', seconds: 5 });
    expect(read([])).toMatchObject({ form: 'unreadable', seconds: 0 });
  });

  it.each([
    { header: '60, 60.0', form: 'delay-seconds', clamped: false, first: 'the first' },
    { header: '60.0, 60', form: 'malformed-delay', clamped: false, first: 'the first' },
    { header: '0, 0.0', form: 'delay-seconds', clamped: false, first: 'the first' },
    { header: 'soon, 0', form: 'delay-seconds', clamped: false, first: 'the one that can be read' },
    { header: '0, soon', form: 'delay-seconds', clamped: false, first: 'the one that can be read' },
    {
      header: '3600, 4000.5',
      form: 'malformed-delay',
      clamped: true,
      first: 'the one that is held to the hour',
    },
    {
      header: '4000.5, 3600',
      form: 'malformed-delay',
      clamped: true,
      first: 'the one that is held to the hour',
    },
    { header: '5000, 4000.5', form: 'delay-seconds', clamped: true, first: 'the first of two that are' },
  ])('of two waits of one length is read as $first: $header', ({ header, form, clamped }) => {
    expect(read(header)).toMatchObject({ form, clamped });
  });

  it('is not cut at the comma inside a date', () => {
    const date = 'Tue, 14 Nov 2023 22:14:20 GMT';
    const at = Date.parse(date) / 1000 - 60;
    for (const header of [`${date}, 30`, `30, ${date}`, [date, '30'], 'Tuesday, 14-Nov-23 22:14:20 GMT,30']) {
      expect(readRetryAfter(header, { now: at })).toMatchObject({ seconds: 60 });
    }
  });

  it('of any values asks for the longest that any of them alone asks for', () => {
    const one = fc.oneof(
      fc.integer({ min: 0, max: 5000 }).map(String),
      fc.double({ min: 0, max: 5000, noNaN: true }).map((wait) => wait.toFixed(2)),
      fc.tuple(anyInstant, anyWriter).map(([instant, write]) => write(instant)),
    );
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), anyTime, (values, at) => {
        const waits = values.map((value) => readRetryAfter(value, { now: at }).seconds);
        expect(readRetryAfter(values.join(', '), { now: at }).seconds).toBe(Math.max(...waits));
        expect(readRetryAfter(values, { now: at }).seconds).toBe(Math.max(...waits));
      }),
    );
  });
});
