import { fc } from '../support/property.ts';

/**
 * HTTP-dates written by the test itself: the calendar is counted in days (the proleptic Gregorian one) and asks no
 * Date object, so that it shares nothing with the code under test.
 */

export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Thursday', 'Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday'];
const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits can name. */
export const FIRST_SECOND = -62_167_219_200;
export const LAST_SECOND = 253_402_300_799;

/** Any whole second that a four-digit year can name, and often one of our days. */
export const anyInstant: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: FIRST_SECOND, max: LAST_SECOND }),
  fc.integer({ min: 1_600_000_000, max: 2_100_000_000 }),
);

export type DateWriter = (instant: number) => string;

export const writers: Readonly<Record<'imf-fixdate' | 'rfc850-date' | 'asctime-date', DateWriter>> = {
  'imf-fixdate': (instant) => {
    const { year, month, day, ...time } = civilTime(instant);
    const weekday = weekdayOf(instant).slice(0, 3);
    return `${weekday}, ${two(day)} ${monthName(month)} ${four(year)} ${clock(time)} GMT`;
  },
  'rfc850-date': (instant) => {
    const { year, month, day, ...time } = civilTime(instant);
    return `${weekdayOf(instant)}, ${two(day)}-${monthName(month)}-${two(((year % 100) + 100) % 100)} ${clock(time)} GMT`;
  },
  'asctime-date': (instant) => {
    const { year, month, day, ...time } = civilTime(instant);
    const weekday = weekdayOf(instant).slice(0, 3);
    return `${weekday} ${monthName(month)} ${String(day).padStart(2, ' ')} ${clock(time)} ${four(year)}`;
  },
};

export const anyWriter: fc.Arbitrary<DateWriter> = fc.constantFrom(...Object.values(writers));

export function monthName(month: number): string {
  return MONTHS[month - 1] ?? '';
}

export function weekdayOf(instant: number): string {
  const days = Math.floor(instant / 86_400);
  return WEEKDAYS[((days % 7) + 7) % 7] ?? '';
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_LENGTHS[month - 1] ?? 0);
}

export function civilTime(instant: number): CivilTime {
  let days = Math.floor(instant / 86_400);
  const inDay = instant - days * 86_400;
  // 146,097 days are 400 years, after which the calendar repeats itself.
  const cycles = Math.floor(days / 146_097);
  let year = 1970 + cycles * 400;
  days -= cycles * 146_097;
  for (; days >= yearLength(year); year += 1) days -= yearLength(year);
  let month = 1;
  for (; days >= daysInMonth(year, month); month += 1) days -= daysInMonth(year, month);
  const hour = Math.floor(inDay / 3600);
  const minute = Math.floor((inDay % 3600) / 60);
  return { year, month, day: days + 1, hour, minute, second: inDay % 60 };
}

export function instantOf({ year, month, day, hour, minute, second }: CivilTime): number {
  const cycles = Math.floor((year - 1970) / 400);
  let days = cycles * 146_097 + day - 1;
  for (let one = 1970 + cycles * 400; one < year; one += 1) days += yearLength(one);
  for (let one = 1; one < month; one += 1) days += daysInMonth(year, one);
  return days * 86_400 + hour * 3600 + minute * 60 + second;
}

function yearLength(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

export function two(value: number): string {
  return String(value).padStart(2, '0');
}

function four(value: number): string {
  return String(value).padStart(4, '0');
}

function clock({ hour, minute, second }: Pick<CivilTime, 'hour' | 'minute' | 'second'>): string {
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}
