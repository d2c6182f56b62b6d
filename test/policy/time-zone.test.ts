import { expect, it } from 'vitest';

/** The local time of the Unix epoch. Nepal was 5:30 ahead of UTC in 1970. */
const epochHere: Readonly<Record<string, string>> = { UTC: '0:0', 'Asia/Kathmandu': '5:30' };

it('runs in the time zone that its project names, and in no other', () => {
  const epoch = new Date(0);
  const zone = process.env['TZ'] ?? 'no TZ';
  expect({ zone, local: `${epoch.getHours()}:${epoch.getMinutes()}` }).toEqual({
    zone,
    local: epochHere[zone],
  });
});
