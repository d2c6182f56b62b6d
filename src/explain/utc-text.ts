/** `2027-01-15 08:00:00` in UTC, for Unix seconds; `second …` for what no calendar has. */
export function utcText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime())
    ? `second ${seconds}`
    : date.toISOString().slice(0, 19).replace('T', ' ');
}
