import type { InspectorView } from '../../inspector-view.ts';

/** How the page stands to the server. */
export type Connection = 'connecting' | 'live' | 'lost';

interface FeedListeners {
  view(view: InspectorView): void;
  connection(connection: Connection): void;
}

/** Milliseconds. The browser's own reconnecting gives up in some browsers, and on some answers. */
const pause = 1000;

/** The stream of views, opened again whenever it ends. */
export interface Feed {
  /** Watches this worker from now on. */
  watch(worker: string): void;
}

/** @param wanted a worker's name; if there is none of that name, the server takes another in its place */
export function openFeed(wanted: string, { view, connection }: FeedListeners): Feed {
  let current: EventSource;
  const open = (worker: string): void => {
    const source = new EventSource(`feed?worker=${encodeURIComponent(worker)}`);
    current = source;
    source.addEventListener('message', ({ data }) => {
      connection('live');
      view(JSON.parse(data));
    });
    source.addEventListener('error', () => {
      source.close();
      connection('lost');
      setTimeout(() => {
        if (current === source) open(worker);
      }, pause);
    });
  };
  open(wanted);
  return {
    watch: (worker) => {
      current.close();
      connection('connecting');
      open(worker);
    },
  };
}
