import type { CertificateSeen } from './check-report.ts';

/** A certificate in a line; `now` in Unix seconds. */
export function certificateText({ subject, issuer, names, validTo }: CertificateSeen, now: number): string {
  const days = Math.floor((Date.parse(validTo) / 1000 - now) / 86_400);
  const left = Number.isNaN(days) ? '' : days < 0 ? `, ${-days} days ago` : `, for ${days} more days`;
  const made = names === '' ? subject : `${subject} (${names})`;
  return `of ${made}, issued by ${issuer}, valid until ${validTo}${left}`;
}
