import { utcText } from '../../explain/time-text.ts';
import { createPaint } from '../live-view/paint.ts';
import type {
  AnswerSeen,
  CertificateSeen,
  CheckReport,
  ConnectSeen,
  PageSeen,
  RetryAfterSeen,
  TlsSeen,
} from './check-report.ts';

export interface ReportLinesOptions {
  readonly colour: boolean;
  /** Unix seconds. */
  readonly now: number;
}

/** The report for people: a step a line, as far as it came, and at the end what to make of it. */
export function reportLines(report: CheckReport, { colour, now }: ReportLinesOptions): string[] {
  const { dns, connect, tls, answer, retryAfter, page, verification } = report;
  const steps: (readonly [name: string, text: string])[] = [
    ...(dns === undefined
      ? []
      : [['DNS', `${dns.name} is ${dns.addresses.join(', ')} (${ms(dns.ms)})`] as const]),
    ...(connect === undefined ? [] : [['Connect', connectText(connect)] as const]),
    ...(report.connectFailed === undefined ? [] : [['Connect', `failed: ${report.connectFailed}`] as const]),
    ...(tls === undefined ? [] : tlsLines(tls, now)),
    ...(answer === undefined ? [] : answerLines(answer)),
    ...(answer === undefined ? [] : [['Retry-After', retryAfterText(retryAfter)] as const]),
    ...(page === undefined ? [] : [['Page', pageText(page)] as const]),
    ...(verification === undefined
      ? []
      : [
          [
            'Verified',
            `${verification.verified} of ${verification.of} events${
              verification.refused === undefined ? '' : `; then refused: ${verification.refused}`
            }`,
          ] as const,
        ]),
    ...(report.notAsked === undefined ? [['Took', ms(report.totalMs)] as const] : []),
  ];
  const paint = createPaint(colour);
  const sign = report.wouldServe ? '✓' : '✗';
  return [
    ...steps.map(([name, text]) => `${paint('faint', name.padEnd(12))} ${text}`),
    `${paint(report.wouldServe ? 'ok' : 'error', `${sign} ${report.verdict}`)} ${report.next}`,
  ];
}

function connectText({ to, ms: took, through }: ConnectSeen): string {
  if (through === undefined) return `to ${to} (${ms(took)})`;
  const rest = through.ms === undefined ? '' : ` (${ms(through.ms)})`;
  return `to the SOCKS proxy at ${to} (${ms(took)}), which was asked for ${through.destination}${rest}`;
}

function tlsLines(
  { protocol, cipher, ms: took, certificate, refused }: TlsSeen,
  now: number,
): [string, string][] {
  const lines: [string, string][] = [
    [
      'TLS',
      refused === undefined ? `${protocol}, ${cipher} (${ms(took)})` : `failed: ${refused} (${ms(took)})`,
    ],
  ];
  if (certificate !== undefined) {
    lines.push([
      'Certificate',
      `${certificateText(certificate, now)}; ${refused === undefined ? 'trusted' : 'not trusted'}`,
    ]);
  }
  return lines;
}

function answerLines({ status, statusText, headers, ms: took }: AnswerSeen): [string, string][] {
  return [
    ['Status', `${status} ${statusText} (${ms(took)})`],
    ...headers.map(([name, value]): [string, string] => ['Header', `${name}: ${value}`]),
  ];
}

function retryAfterText(seen: RetryAfterSeen | undefined): string {
  if (seen === undefined) return 'none';
  const { raw, form, clamped, seconds, until } = seen;
  if (seconds === 0) return `"${raw}" (${form}): no wait`;
  const held = clamped ? ', held to an hour' : '';
  return `"${raw}" (${form}): ${seconds} s${held}, until ${utcText(until)} UTC`;
}

function pageText({ bytes, events, head, forked, isFull }: PageSeen): string {
  if (events === undefined) return `${bytes} bytes, no page of our protocol`;
  const full = isFull ? ', as many as were asked for' : '';
  return `${events} events${full}, ${bytes} bytes, head ${head?.slice(0, 16)}…${forked ? ', forked' : ', not forked'}`;
}

function ms(duration: number): string {
  return `${duration < 10 ? duration.toFixed(1) : Math.round(duration)} ms`;
}

/** A certificate in a line; `now` in Unix seconds. */
function certificateText({ subject, issuer, names, validTo }: CertificateSeen, now: number): string {
  const days = Math.floor((Date.parse(validTo) / 1000 - now) / 86_400);
  const left = Number.isNaN(days) ? '' : days < 0 ? `, ${-days} days ago` : `, for ${days} more days`;
  const made = names === '' ? subject : `${subject} (${names})`;
  return `of ${made}, issued by ${issuer}, valid until ${validTo}${left}`;
}
