/**
 * HTTP-date, RFC 9110 §5.6.7: IMF-fixdate, RFC 850 and asctime, all of them UTC.
 *
 * Does not use `Date.parse`: it reads asctime as local time, takes `-3` for a year, and differs between engines.
 */

export type HttpDateForm = 'imf-fixdate' | 'rfc850-date' | 'asctime-date';

export interface HttpDate {
  readonly form: HttpDateForm;
  /** Unix seconds. */
  readonly seconds: number;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY = '(?:mon|tue|wed|thu|fri|sat|sun)';
const DAY_LONG = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)';
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})';

// The weekday must be valid, but may contradict the date, which is what the sender meant.
const FORMS: readonly (readonly [HttpDateForm, RegExp])[] = [
  ['imf-fixdate', new RegExp(`^${DAY}, (?<day>[0-9]{2}) ${MONTH} (?<year>[0-9]{4}) ${TIME} gmt$`)],
  ['rfc850-date', new RegExp(`^${DAY_LONG}, (?<day>[0-9]{2})-${MONTH}-(?<year>[0-9]{2}) ${TIME} gmt$`)],
  ['asctime-date', new RegExp(`^${DAY} ${MONTH} (?<day>[0-9]{2}| [0-9]) ${TIME} (?<year>[0-9]{4})$`)],
];

interface Fields {
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/**
 * Reads an HTTP-date in any of its three forms, ignoring case. `undefined` if it is not one.
 *
 * @param text without surrounding white space
 * @param now Unix seconds, for the two-digit year of RFC 850
 */
export function parseHttpDate(text: string, now: number): HttpDate | undefined {
  // No form is longer than 33 characters; do not parse the long text of a hostile peer.
  if (text.length > 40) return undefined;
  const lower = text.toLowerCase();
  for (const [form, pattern] of FORMS) {
    const groups = pattern.exec(lower)?.groups;
    if (groups === undefined) continue;
    const fields = readFields(groups);
    const dated = form === 'rfc850-date' ? withCentury(fields, now) : fields;
    return isReal(dated) ? { form, seconds: unixSeconds(dated) } : undefined;
  }
  return undefined;
}

function readFields(groups: Record<string, string>): Fields {
  const number = (name: string): number => Number(groups[name]);
  return {
    year: number('year'),
    month: MONTHS.indexOf(String(groups['month'])),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    second: number('second'),
  };
}

/** RFC 9110: a two-digit year more than 50 years ahead is the most recent past year with the same last two digits. */
function withCentury(fields: Fields, now: number): Fields {
  const thisYear = new Date(now * 1000).getUTCFullYear();
  const century = Number.isNaN(thisYear) ? 1900 : Math.floor(thisYear / 100) * 100;
  for (const year of [century + 100 + fields.year, century + fields.year]) {
    if (unixSeconds({ ...fields, year: year - 50 }) <= now) return { ...fields, year };
  }
  return { ...fields, year: century - 100 + fields.year };
}

function isReal({ year, month, day, hour, minute, second }: Fields): boolean {
  // A leap second is only valid as the last second of a day.
  const leapSecond = hour === 23 && minute === 59 && second === 60;
  const inTime = hour <= 23 && minute <= 59 && (second <= 59 || leapSecond);
  return inTime && day >= 1 && day <= daysBefore(year, month + 1) - daysBefore(year, month);
}

function unixSeconds({ year, month, day, hour, minute, second }: Fields): number {
  return (daysBefore(year, month) + day - 1) * 86_400 + hour * 3600 + minute * 60 + second;
}

/** Days from 1970-01-01 to the first of a month; month 12 is January of the next year. */
function daysBefore(year: number, month: number): number {
  const first = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  first.setUTCFullYear(year, month, 1);
  return first.getTime() / 86_400_000;
}
