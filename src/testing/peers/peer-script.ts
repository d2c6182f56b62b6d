/** Delay of an answer after the request, in virtual milliseconds. @default 0 */
interface After {
  readonly afterMs?: number | undefined;
}

/** The Retry-After of a refusal: whole seconds, an HTTP-date this many seconds ahead, or a literal header. */
export type ScriptedRetryAfter =
  | { readonly seconds: number }
  | { readonly dateInSeconds: number }
  | { readonly header: string };

/** What a scripted peer does with one request. */
export type PeerAnswer =
  /** A good answer, as the option `answer` makes it from `head`. */
  | (After & { readonly kind: 'answers'; readonly head?: string | undefined })
  /** An HTTP error status. @default retryAfter none */
  | (After & {
      readonly kind: 'refuses';
      readonly status: number;
      readonly retryAfter?: ScriptedRetryAfter | undefined;
    })
  /** The connection is reset: `fetch` rejects. */
  | (After & { readonly kind: 'resets' })
  /** The peer accepts the request and never answers. */
  | { readonly kind: 'hangs' }
  /** Status 200 with this body. */
  | (After & { readonly kind: 'garbage'; readonly body: string })
  /** A good answer whose body comes in pieces, `everyMs` apart. */
  | (After & { readonly kind: 'slow body'; readonly pieces: number; readonly everyMs: number })
  /** A good answer whose body breaks off half way. */
  | (After & { readonly kind: 'broken body' });

/**
 * What each peer does, request by request; the last answer repeats. The keys are the URLs given to the worker. Plain data.
 */
export type PeerScript = Readonly<Record<string, readonly PeerAnswer[]>>;

/** The answer of a healthy peer. */
export const HEALTHY: PeerAnswer = { kind: 'answers' };
