import { describe, expect, it } from 'vitest';
import { type HttpDateForm, parseHttpDate } from '../../src/policy/http-date.ts';
import { fc } from '../support/property.ts';
import { anyTime } from './any-number.ts';
import { mutated } from './mutated-text.ts';
import {
  anyInstant,
  anyWriter,
  type CivilTime,
  civilTime,
  daysInMonth,
  FIRST_SECOND,
  instantOf,
  LAST_SECOND,
  monthName,
  two,
  writers,
} from './written-http-date.ts';

const forms: readonly HttpDateForm[] = ['imf-fixdate', 'rfc850-date', 'asctime-date'];
const fourDigitForms: readonly HttpDateForm[] = ['imf-fixdate', 'asctime-date'];

describe('the calendar of these tests', () => {
  it('agrees with the one of the engine', () => {
    fc.assert(
      fc.property(anyInstant, (instant) => {
        const { year, month, day, hour, minute, second } = civilTime(instant);
        const digits = [String(year).padStart(4, '0'), ...[month, day, hour, minute, second].map(two)];
        expect(digits).toEqual(new Date(instant * 1000).toISOString().match(/\d+/g)?.slice(0, 6));
        expect(instantOf(civilTime(instant))).toBe(instant);
        expect(writers['imf-fixdate'](instant)).toBe(new Date(instant * 1000).toUTCString());
      }),
    );
  });
});

describe('parseHttpDate', () => {
  it('reads the example of RFC 9110 in all three forms', () => {
    const now = 784_111_000;
    const seconds = 784_111_777;
    expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT', now)).toEqual({ form: 'imf-fixdate', seconds });
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', now)).toEqual({ form: 'rfc850-date', seconds });
    expect(parseHttpDate('Sun Nov  6 08:49:37 1994', now)).toEqual({ form: 'asctime-date', seconds });
  });

  it('reads every second from the year 0000 to 9999, whatever the time now', () => {
    fc.assert(
      fc.property(anyInstant, anyTime, fc.constantFrom(...fourDigitForms), (seconds, now, form) => {
        expect(parseHttpDate(writers[form](seconds), now)).toEqual({ form, seconds });
      }),
    );
    for (const form of fourDigitForms) {
      for (const seconds of [FIRST_SECOND, LAST_SECOND]) {
        expect(parseHttpDate(writers[form](seconds), 0)).toEqual({ form, seconds });
      }
    }
  });

  it('does not care for letter case, nor for a weekday that contradicts the date', () => {
    const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
    fc.assert(
      fc.property(
        anyInstant,
        fc.constantFrom(...forms),
        fc.constantFrom(...weekdays),
        fc.func(fc.boolean()),
        (now, form, weekday, isUpper) => {
          const shown = form === 'rfc850-date' ? weekday : weekday.slice(0, 3);
          const text = writers[form](now).replace(/^[A-Za-z]+/, shown);
          const cased = Array.from(text, (letter, index) =>
            isUpper(index) ? letter.toUpperCase() : letter.toLowerCase(),
          ).join('');
          expect(parseHttpDate(cased, now)).toEqual({ form, seconds: now });
        },
      ),
    );
  });

  it('takes a two-digit day in asctime too', () => {
    expect(parseHttpDate('Sun Nov 06 08:49:37 1994', 0)?.seconds).toBe(784_111_777);
  });

  it('refuses a weekday that is none, or is written for another form', () => {
    for (const text of [
      'Xyz, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06 Nov 1994 08:49:37 GMT',
      '06 Nov 1994 08:49:37 GMT',
      'Sun, 06-Nov-94 08:49:37 GMT',
      'Someday, 06-Nov-94 08:49:37 GMT',
      'Sunday Nov  6 08:49:37 1994',
      'Xyz Nov  6 08:49:37 1994',
    ]) {
      expect({ text, date: parseHttpDate(text, 0) }).toEqual({ text, date: undefined });
    }
  });

  it('refuses a date with a digit too few or too many, wherever it is', () => {
    fc.assert(
      fc.property(anyInstant, anyWriter, fc.nat(20), fc.nat(9), (instant, write, nth, extra) => {
        const text = write(instant);
        const places = [...text.matchAll(/[0-9]/g)].map(({ index }) => index);
        const at = places[nth % places.length] ?? 0;
        const fewer = text.slice(0, at) + text.slice(at + 1);
        const more = text.slice(0, at) + extra + text.slice(at);
        expect([fewer, more].map((one) => parseHttpDate(one, instant))).toEqual([undefined, undefined]);
      }),
    );
  });

  it('accepts nothing but the three spellings: what it reads, it would write the same way', () => {
    const dates = fc.tuple(anyInstant, anyWriter).map(([instant, write]) => write(instant));
    fc.assert(
      fc.property(mutated(dates), anyInstant, (text, now) => {
        const date = parseHttpDate(text, now);
        if (date === undefined) return;
        // A leap second is the first second of the next day, and is written so.
        const leap = /:59:60/.test(text);
        const again = writers[date.form](date.seconds - (leap ? 1 : 0));
        const plain = (one: string): string =>
          one
            .toLowerCase()
            .replace(/^[a-z]+/, '')
            .replace(/^( [a-z]{3}) 0/, '$1  ');
        expect(plain(text).replace(':59:60', ':59:59')).toBe(plain(again));
      }),
    );
  });

  it('never throws, and gives a whole number or nothing, for any text and any time', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), mutated(fc.constant(writers['rfc850-date'](0))));
    fc.assert(
      fc.property(text, anyTime, (one, now) => {
        const date = parseHttpDate(one, now);
        if (date !== undefined) expect(date.seconds).toSatisfy(Number.isSafeInteger);
      }),
    );
  });
});

describe('the calendar of an HTTP-date', () => {
  const field = (least: number, most: number): fc.Arbitrary<number> => fc.integer({ min: least, max: most });

  it('has the days of its months and the seconds of its minutes, and no others', () => {
    fc.assert(
      fc.property(
        fc.record({
          year: field(0, 9999),
          month: field(1, 12),
          day: fc.oneof(field(0, 99), field(28, 32)),
          hour: fc.oneof(field(0, 99), field(22, 24)),
          minute: fc.oneof(field(0, 99), field(58, 60)),
          second: fc.oneof(field(0, 99), field(58, 61)),
        }),
        fc.constantFrom(...fourDigitForms),
        (civil, form) => {
          const date = parseHttpDate(spelt(civil, form), 0);
          const real =
            civil.day >= 1 &&
            civil.day <= daysInMonth(civil.year, civil.month) &&
            civil.hour < 24 &&
            civil.minute < 60 &&
            (civil.second < 60 || (civil.hour === 23 && civil.minute === 59 && civil.second === 60));
          expect(date).toEqual(real ? { form, seconds: instantOf(civil) } : undefined);
        },
      ),
    );
  });

  it('has a 29 February in leap years alone, and never a 30th', () => {
    for (const year of [0, 4, 1900, 1999, 2000, 2023, 2024, 2100, 9996, 9999]) {
      const leap = [0, 4, 2000, 2024, 9996].includes(year);
      const civil = { year, month: 2, day: 29, hour: 0, minute: 0, second: 0 };
      expect({ year, read: parseHttpDate(spelt(civil, 'imf-fixdate'), 0) !== undefined }).toEqual({
        year,
        read: leap,
      });
      expect(parseHttpDate(spelt({ ...civil, day: 30 }, 'imf-fixdate'), 0)).toBeUndefined();
    }
  });

  it('has a leap second as the last second of a day, and nowhere else', () => {
    const at = (time: string): number | undefined =>
      parseHttpDate(`Sat, 31 Dec 2016 ${time} GMT`, 0)?.seconds;
    expect(at('23:59:60')).toBe(1_483_228_800);
    for (const time of ['23:59:61', '23:58:60', '22:59:60', '00:00:60', '12:59:60', '23:60:60']) {
      expect({ time, seconds: at(time) }).toEqual({ time, seconds: undefined });
    }
  });
});

describe('a two-digit year', () => {
  it('is the latest such year that is not more than 50 years ahead', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99 }),
        fc.integer({ min: FIRST_SECOND, max: LAST_SECOND }),
        fc.boolean(),
        fc.integer({ min: -2, max: 2 }),
        fc.integer({ min: 0, max: 86_400 * 366 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (anyYear, nowWhole, onTheEdge, nudge, inYear, fraction) => {
          const here = civilTime(nowWhole);
          const wanted = onTheEdge ? (here.year + 50) % 100 : anyYear;
          const rest = civilTime(onTheEdge ? nowWhole + nudge : inYear);
          const expected = latestYear(wanted, rest, here);
          const civil = { ...rest, year: expected };
          const date = parseHttpDate(spelt(civil, 'rfc850-date'), nowWhole + fraction);
          const real = rest.day <= daysInMonth(expected, rest.month);
          expect(date?.seconds).toBe(real ? instantOf(civil) : undefined);
        },
      ),
    );
  });

  it.each([
    { text: 'Tuesday, 14-Nov-73 22:13:20 GMT', now: 1_700_000_000, year: 2073 },
    { text: 'Tuesday, 14-Nov-73 22:13:21 GMT', now: 1_700_000_000, year: 1973 },
    { text: 'Tuesday, 14-Nov-73 22:13:21 GMT', now: 1_700_000_000.999, year: 1973 },
    { text: 'Friday, 14-Nov-74 00:00:00 GMT', now: 1_700_000_000, year: 1974 },
    { text: 'Friday, 14-Nov-69 00:00:00 GMT', now: 1_700_000_000, year: 2069 },
    { text: 'Friday, 14-Nov-70 00:00:00 GMT', now: 1_700_000_000, year: 2070 },
    { text: 'Friday, 14-Nov-00 00:00:00 GMT', now: 1_700_000_000, year: 2000 },
    { text: 'Friday, 14-Nov-30 00:00:00 GMT', now: 3_000_000_000, year: 2030 },
    { text: 'Friday, 14-Nov-02 00:00:00 GMT', now: 3_000_000_000, year: 2102 },
    { text: 'Friday, 14-Nov-99 00:00:00 GMT', now: 946_684_800, year: 1999 },
  ])('is $year for $text at $now', ({ text, now, year }) => {
    const date = parseHttpDate(text, now);
    expect(date === undefined ? undefined : civilTime(date.seconds).year).toBe(year);
  });

  it('is still a valid year if the clock reads nonsense', () => {
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300]) {
      expect(parseHttpDate('Friday, 14-Nov-99 00:00:00 GMT', now)?.seconds).toSatisfy(Number.isSafeInteger);
    }
  });
});

/** Tried year by year: the rule of RFC 9110 §5.6.7, and no arithmetic of centuries. */
function latestYear(wanted: number, rest: CivilTime, now: CivilTime): number {
  let year = now.year + 60;
  while (((year % 100) + 100) % 100 !== wanted || isLater({ ...rest, year: year - 50 }, now)) year -= 1;
  return year;
}

function isLater(a: CivilTime, b: CivilTime): boolean {
  const keys = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
  const different = keys.find((key) => a[key] !== b[key]);
  return different !== undefined && a[different] > b[different];
}

/** A date out of its fields, real or not. */
function spelt({ year, month, day, hour, minute, second }: CivilTime, form: HttpDateForm): string {
  const time = `${two(hour)}:${two(minute)}:${two(second)}`;
  const name = monthName(month);
  const four = String(year).padStart(4, '0');
  if (form === 'imf-fixdate') return `Mon, ${two(day)} ${name} ${four} ${time} GMT`;
  if (form === 'asctime-date') return `Mon ${name} ${String(day).padStart(2)} ${time} ${four}`;
  return `Monday, ${two(day)}-${name}-${two(((year % 100) + 100) % 100)} ${time} GMT`;
}
