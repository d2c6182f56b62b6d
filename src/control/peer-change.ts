/** What an operator does to the sync peers of a worker, running or not. */
export type PeerChange =
  | {
      readonly kind: 'add';
      readonly peerUrl: string;
      /** @default '' */
      readonly label?: string | undefined;
      /** participant, relay or seed. @default 'participant' */
      readonly role?: string | undefined;
    }
  | { readonly kind: 'remove' | 'enable' | 'disable'; readonly peerUrl: string }
  /** Forgets its backoff, and with `force` its Retry-After too: the one way round it, by an operator's own word. */
  | { readonly kind: 'reset'; readonly peerUrl: string; readonly force: boolean };
