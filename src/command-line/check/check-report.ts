import type { RetryAfterForm } from '../../policy/retry-after.ts';

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
