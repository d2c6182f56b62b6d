/** When an answer comes, in virtual milliseconds after the request. @default 0: at once */
interface After {
  readonly afterMs?: number | undefined;
}

/** How a refusal asks for a wait: whole seconds, an HTTP-date so many seconds ahead, or a header as it stands. */
export type ScriptedRetryAfter =
  | { readonly seconds: number }
  | { readonly dateInSeconds: number }
  | { readonly header: string };

/** What a scripted peer does with one request. */
export type PeerAnswer =
  /** It answers well, in the words of `answer`; `head` is what that is given. */
  | (After & { readonly kind: 'answers'; readonly head?: string | undefined })
  /** An HTTP status that is no success. @default retryAfter none */
  | (After & {
      readonly kind: 'refuses';
      readonly status: number;
      readonly retryAfter?: ScriptedRetryAfter | undefined;
    })
  /** The connection is reset: `fetch` rejects. */
  | (After & { readonly kind: 'resets' })
  /** It takes the request and never answers. */
  | { readonly kind: 'hangs' }
  /** Status 200 with this body. */
  | (After & { readonly kind: 'garbage'; readonly body: string })
  /** A good answer whose body comes in so many pieces, `everyMs` apart. */
  | (After & { readonly kind: 'slow body'; readonly pieces: number; readonly everyMs: number })
  /** A good answer whose body breaks off half way. */
  | (After & { readonly kind: 'broken body' });

/**
 * What each peer does, request by request; the last answer stays. By URL, as the worker is given it. Plain data.
 */
export type PeerScript = Readonly<Record<string, readonly PeerAnswer[]>>;

/** A peer in good health. */
export const HEALTHY: PeerAnswer = { kind: 'answers' };
