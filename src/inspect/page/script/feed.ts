import type { InspectorView } from '../../inspector-view.ts';

/** The connection of the page to the server. Times are milliseconds of the page's clock. */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly since: number; readonly retryAt: number };

interface FeedListeners {
  view(view: InspectorView): void;
  connection(connection: Connection): void;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 10_000;
/** The server sends something every 5 s. A feed that is silent for longer than this is lost, even if its socket is open. */
const SILENCE_MS = 16_000;

/** The stream of views, reopened whenever it ends. */
export interface Feed {
  /** From now on watches this worker, and searches for workers that match. */
  watch(worker: string, search: string): void;
}

/** @param worker a worker's name; if none has that name, the server chooses another worker */
export function openFeed(worker: string, { view, connection }: FeedListeners): Feed {
  let source: EventSource;
  let wanted = { worker, search: '' };
  let retry = FIRST_RETRY_MS;
  let lostSince: number | undefined;
  let timer: ReturnType<typeof setTimeout>;

  const lose = (): void => {
    source.close();
    lostSince ??= performance.now();
    connection({ kind: 'lost', since: lostSince, retryAt: performance.now() + retry });
    clearTimeout(timer);
    timer = setTimeout(open, retry);
    retry = Math.min(LAST_RETRY_MS, retry * 2);
  };
  const open = (): void => {
    source = new EventSource(`feed?${new URLSearchParams(wanted)}`);
    clearTimeout(timer);
    timer = setTimeout(lose, SILENCE_MS);
    source.addEventListener('error', lose);
    source.addEventListener('message', ({ data }) => {
      clearTimeout(timer);
      timer = setTimeout(lose, SILENCE_MS);
      retry = FIRST_RETRY_MS;
      lostSince = undefined;
      connection({ kind: 'live' });
      view(JSON.parse(data));
    });
  };
  open();
  return {
    watch: (next, search) => {
      wanted = { worker: next, search };
      source.close();
      connection({ kind: 'connecting' });
      open();
    },
  };
}
