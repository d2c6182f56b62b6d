import { utcText } from '../../explain/time-text.ts';
import { createPaint } from '../live-view/paint.ts';
import type { CertificateSeen, CheckReport } from './check-report.ts';

export interface ReportLinesOptions {
  readonly colour: boolean;
  /** Unix seconds. */
  readonly now: number;
}

/** A step, and its line or lines; none if the attempt did not come to it. */
type Step = readonly [
  name: string,
  text: (report: CheckReport, now: number) => string | readonly string[] | undefined,
];

/** In the order in which an attempt takes them. */
const steps: readonly Step[] = [
  ['DNS', ({ dns }) => dns && `${dns.name} is ${dns.addresses.join(', ')} (${ms(dns.ms)})`],
  ['Connect', ({ connect }) => connect && connectText(connect)],
  ['Connect', ({ connectFailed }) => connectFailed && `failed: ${connectFailed}`],
  ['TLS', ({ tls }) => tls && `${tlsText(tls)} (${ms(tls.ms)})`],
  ['Certificate', ({ tls }, now) => tls?.certificate && certificateText(tls.certificate, tls.refused, now)],
  ['Status', ({ answer }) => answer && `${answer.status} ${answer.statusText} (${ms(answer.ms)})`],
  ['Header', ({ answer }) => answer?.headers.map(([name, value]) => `${name}: ${value}`)],
  ['Retry-After', ({ answer, retryAfter }) => answer && retryAfterText(retryAfter)],
  ['Page', ({ page }) => page && pageText(page)],
  ['Verified', ({ verification }) => verification && verifiedText(verification)],
  ['Took', ({ notAsked, totalMs }) => (notAsked === undefined ? ms(totalMs) : undefined)],
];

/** The report for people: a step a line, as far as it came, and at the end what to make of it. */
export function reportLines(report: CheckReport, { colour, now }: ReportLinesOptions): string[] {
  const paint = createPaint(colour);
  const lines = steps.flatMap(([name, text]) =>
    [text(report, now) ?? []].flat().map((line) => `${paint('faint', name.padEnd(12))} ${line}`),
  );
  const sign = report.wouldServe ? '✓' : '✗';
  const verdict = paint(report.wouldServe ? 'ok' : 'error', `${sign} ${report.verdict}`);
  return [...lines, `${verdict} ${report.next}`];
}

/** A step that an attempt came to. */
type Seen<Part extends keyof CheckReport> = NonNullable<CheckReport[Part]>;

function connectText({ to, ms: took, through }: Seen<'connect'>): string {
  if (through === undefined) return `to ${to} (${ms(took)})`;
  const rest = through.ms === undefined ? '' : ` (${ms(through.ms)})`;
  return `to the SOCKS proxy at ${to} (${ms(took)}), which was asked for ${through.destination}${rest}`;
}

function tlsText({ protocol, cipher, refused }: Seen<'tls'>): string {
  return refused === undefined ? `${protocol}, ${cipher}` : `failed: ${refused}`;
}

function certificateText(
  { subject, issuer, names, validTo }: CertificateSeen,
  refused: string | undefined,
  now: number,
): string {
  const days = Math.floor((Date.parse(validTo) / 1000 - now) / 86_400);
  const left = Number.isNaN(days) ? '' : days < 0 ? `, ${-days} days ago` : `, for ${days} more days`;
  const made = names === '' ? subject : `${subject} (${names})`;
  const trust = refused === undefined ? 'trusted' : 'not trusted';
  return `of ${made}, issued by ${issuer}, valid until ${validTo}${left}; ${trust}`;
}

function retryAfterText(seen: CheckReport['retryAfter']): string {
  if (seen === undefined) return 'none';
  const { raw, form, clamped, seconds, until } = seen;
  if (seconds === 0) return `"${raw}" (${form}): no wait`;
  const held = clamped ? ', held to an hour' : '';
  return `"${raw}" (${form}): ${seconds} s${held}, until ${utcText(until)} UTC`;
}

function pageText({ bytes, events, head, forked, isFull }: Seen<'page'>): string {
  if (events === undefined) return `${bytes} bytes, no page of our protocol`;
  const full = isFull ? ', as many as were asked for' : '';
  return `${events} events${full}, ${bytes} bytes, head ${head?.slice(0, 16)}…${forked ? ', forked' : ', not forked'}`;
}

function verifiedText({ verified, of, refused }: Seen<'verification'>): string {
  return `${verified} of ${of} events${refused === undefined ? '' : `; then refused: ${refused}`}`;
}

function ms(duration: number): string {
  return `${duration < 10 ? duration.toFixed(1) : Math.round(duration)} ms`;
}
