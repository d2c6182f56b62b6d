import { utcText } from '../../explain/time-text.ts';
import type { RetryAfterForm } from '../../policy/retry-after.ts';
import { createPaint } from '../live-view/paint.ts';

/** The result of one attempt at a peer, step by step, without steps that it did not reach. Durations are milliseconds. */
export interface CheckReport {
  /** Unix seconds, with a fraction. */
  readonly at: number;
  readonly peerUrl: string;
  /** Whether the peer would serve a new worker. */
  readonly wouldServe: boolean;
  /** The result, in a sentence. */
  readonly verdict: string;
  /** What to do next, in a sentence. */
  readonly next: string;
  /** Why the peer was not asked at all; undefined if it was. */
  readonly notAsked?: string | undefined;
  readonly dns?: DnsSeen | undefined;
  readonly connect?: ConnectSeen | undefined;
  /** Why no connection was established. */
  readonly connectFailed?: string | undefined;
  readonly tls?: TlsSeen | undefined;
  readonly answer?: AnswerSeen | undefined;
  readonly retryAfter?: RetryAfterSeen | undefined;
  readonly page?: PageSeen | undefined;
  readonly verification?: VerificationSeen | undefined;
  /** From start to end; 0 if the peer was not asked. */
  readonly totalMs: number;
}

export interface DnsSeen {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly ms: number;
}

export interface ConnectSeen {
  /** `address:port` of the connection: of the peer, or of the SOCKS proxy in front of it. */
  readonly to: string;
  readonly ms: number;
  /** What the proxy was asked to connect to, and how long that took; the time is undefined if it includes TLS. */
  readonly through?: { readonly destination: string; readonly ms: number | undefined } | undefined;
}

export interface TlsSeen {
  readonly protocol: string | undefined;
  readonly cipher: string | undefined;
  readonly ms: number;
  readonly certificate: CertificateSeen | undefined;
  /** Why it failed, for instance a refused certificate; undefined if it did not. */
  readonly refused?: string | undefined;
}

export interface CertificateSeen {
  readonly subject: string;
  readonly issuer: string;
  /** The names it is valid for. */
  readonly names: string;
  /** In the certificate's format: `Mar  1 12:00:00 2027 GMT`. */
  readonly validFrom: string;
  readonly validTo: string;
}

export interface AnswerSeen {
  readonly status: number;
  readonly statusText: string;
  /** The headers relevant to an attempt, unchanged; names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Time from the request to the headers of the answer. */
  readonly ms: number;
}

/** A Retry-After as a worker understands it. */
export interface RetryAfterSeen {
  readonly raw: string;
  readonly form: RetryAfterForm;
  /** Whether it asked for more than the maximum of an hour. */
  readonly clamped: boolean;
  /** How long a worker waits. Also 0 with status 200, where the header has no effect. */
  readonly seconds: number;
  /** Unix seconds. */
  readonly until: number;
}

export interface PageSeen {
  readonly bytes: number;
  /** Number of events; undefined if the body is not a page. */
  readonly events: number | undefined;
  readonly head: string | undefined;
  readonly forked: boolean | undefined;
  /** Whether it has as many events as requested, so that there may be more. */
  readonly isFull: boolean;
}

export interface VerificationSeen {
  readonly verified: number;
  readonly of: number;
  /** Why the first refused event was refused. */
  readonly refused?: string | undefined;
}

/** A step with its lines; none if the attempt did not reach it. */
type Step = readonly [name: string, text: (report: CheckReport) => string | readonly string[] | undefined];

/** The steps in the order of an attempt. */
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

/** The report as text: one line per step that was reached, and the conclusion at the end. */
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
