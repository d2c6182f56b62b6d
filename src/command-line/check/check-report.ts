import { utcText } from '../../explain/time-text.ts';
import type { RetryAfterForm } from '../../policy/retry-after.ts';
import { createPaint } from '../live-view/paint.ts';

/** What one attempt at a peer showed, step by step; what it did not come to is left out. Durations are milliseconds. */
export interface CheckReport {
  /** Unix seconds, with a fraction. */
  readonly at: number;
  readonly peerUrl: string;
  /** Whether the peer would serve a worker that begins. */
  readonly wouldServe: boolean;
  /** What came of it, in a sentence. */
  readonly verdict: string;
  /** What to do next, in a sentence. */
  readonly next: string;
  /** The peer was not asked at all. */
  readonly notAsked?: string | undefined;
  readonly dns?: DnsSeen | undefined;
  readonly connect?: ConnectSeen | undefined;
  /** Why no connection came about. */
  readonly connectFailed?: string | undefined;
  readonly tls?: TlsSeen | undefined;
  readonly answer?: AnswerSeen | undefined;
  readonly retryAfter?: RetryAfterSeen | undefined;
  readonly page?: PageSeen | undefined;
  readonly verification?: VerificationSeen | undefined;
  /** From the beginning to the end; 0 where nothing was asked. */
  readonly totalMs: number;
}

export interface DnsSeen {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly ms: number;
}

export interface ConnectSeen {
  /** `address:port` of what was connected to: the peer, or the SOCKS proxy before it. */
  readonly to: string;
  readonly ms: number;
  /** What the proxy was asked to connect to, and how long that took; undefined where TLS took its part of it. */
  readonly through?: { readonly destination: string; readonly ms: number | undefined } | undefined;
}

export interface TlsSeen {
  readonly protocol: string | undefined;
  readonly cipher: string | undefined;
  readonly ms: number;
  readonly certificate: CertificateSeen | undefined;
  /** Why it failed, a certificate that was not taken among others; undefined if it did not. */
  readonly refused?: string | undefined;
}

export interface CertificateSeen {
  readonly subject: string;
  readonly issuer: string;
  /** The names it is made out to. */
  readonly names: string;
  /** As the certificate has them: `Mar  1 12:00:00 2027 GMT`. */
  readonly validFrom: string;
  readonly validTo: string;
}

export interface AnswerSeen {
  readonly status: number;
  readonly statusText: string;
  /** Those that say something about an attempt, as they came; names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** From the request to the headers of the answer. */
  readonly ms: number;
}

/** A Retry-After as a worker reads it. */
export interface RetryAfterSeen {
  readonly raw: string;
  readonly form: RetryAfterForm;
  /** It asked for more than the hour that is granted. */
  readonly clamped: boolean;
  /** What a worker waits for it. 0 also where the status is 200: it then asks for nothing. */
  readonly seconds: number;
  /** Unix seconds. */
  readonly until: number;
}

export interface PageSeen {
  readonly bytes: number;
  /** Of the events; undefined if the body is no page. */
  readonly events: number | undefined;
  readonly head: string | undefined;
  readonly forked: boolean | undefined;
  /** As many events as were asked for: there may be more of them. */
  readonly isFull: boolean;
}

export interface VerificationSeen {
  readonly verified: number;
  readonly of: number;
  /** Why the first event that was refused was refused. */
  readonly refused?: string | undefined;
}

/** A step, and its line or lines; none if the attempt did not come to it. */
type Step = readonly [name: string, text: (report: CheckReport) => string | readonly string[] | undefined];

/** In the order in which an attempt takes them. */
const steps: readonly Step[] = [
  ['DNS', ({ dns }) => dns && `${dns.name} is ${dns.addresses.join(', ')} (${ms(dns.ms)})`],
  ['Connect', ({ connect }) => connect && connectText(connect)],
  ['Connect', ({ connectFailed }) => connectFailed && `failed: ${connectFailed}`],
  ['TLS', ({ tls }) => tls && `${tlsText(tls)} (${ms(tls.ms)})`],
  ['Certificate', ({ tls, at }) => tls?.certificate && certificateText(tls.certificate, tls.refused, at)],
  ['Status', ({ answer }) => answer && `${answer.status} ${answer.statusText} (${ms(answer.ms)})`],
  ['Header', ({ answer }) => answer?.headers.map(([name, value]) => `${name}: ${value}`)],
  ['Retry-After', ({ answer, retryAfter }) => answer && retryAfterText(retryAfter)],
  ['Page', ({ page }) => page && pageText(page)],
  ['Verified', ({ verification }) => verification && verifiedText(verification)],
  ['Took', ({ notAsked, totalMs }) => (notAsked === undefined ? ms(totalMs) : undefined)],
];

/** The report for people: a step a line, as far as it came, and at the end what to make of it. */
export function reportLines(report: CheckReport, inColour: boolean): string[] {
  const paint = createPaint(inColour);
  const lines = steps.flatMap(([name, text]) =>
    [text(report) ?? []].flat().map((line) => `${paint('faint', name.padEnd(12))} ${line}`),
  );
  const sign = report.wouldServe ? '✓' : '✗';
  const verdict = paint(report.wouldServe ? 'ok' : 'error', `${sign} ${report.verdict}`);
  return [...lines, `${verdict} ${report.next}`];
}

function connectText({ to, ms: took, through }: ConnectSeen): string {
  if (through === undefined) return `to ${to} (${ms(took)})`;
  const rest = through.ms === undefined ? '' : ` (${ms(through.ms)})`;
  return `to the SOCKS proxy at ${to} (${ms(took)}), which was asked for ${through.destination}${rest}`;
}

function tlsText({ protocol, cipher, refused }: TlsSeen): string {
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

function pageText({ bytes, events, head, forked, isFull }: PageSeen): string {
  if (events === undefined) return `${bytes} bytes, no page of our protocol`;
  const full = isFull ? ', as many as were asked for' : '';
  return `${events} events${full}, ${bytes} bytes, head ${head?.slice(0, 16)}…${forked ? ', forked' : ', not forked'}`;
}

function verifiedText({ verified, of, refused }: VerificationSeen): string {
  return `${verified} of ${of} events${refused === undefined ? '' : `; then refused: ${refused}`}`;
}

function ms(duration: number): string {
  return `${duration < 10 ? duration.toFixed(1) : Math.round(duration)} ms`;
}
