/** `2027-01-15T08:00:00.000Z` for Unix seconds; undefined for 0, which means never, and for what no calendar has. */
export function isoTime(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  return seconds === 0 || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
