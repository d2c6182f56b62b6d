import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { InspectorView } from '../../src/inspect/inspector-view.ts';
import { Model, type Moment } from '../../src/inspect/page/script/model.ts';

/** A viewer that reads its feed, as a page does. */
export interface FeedClient {
  readonly response: IncomingMessage;
  /** The next view; one that comes before it is asked for waits. */
  next(): Promise<InspectorView>;
  /** The first view from now on of which this holds. */
  until(holds: (view: InspectorView) => boolean): Promise<InspectorView>;
  /** What the page makes of the views that were read. */
  moment(): Moment;
  /** All views that came so far. */
  readonly views: readonly InspectorView[];
  close(): void;
}

/** @param url such as `http://127.0.0.1:8080/feed?worker=a` */
export async function openFeed(url: string): Promise<FeedClient> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent: false }, resolve).once('error', reject);
  });
  if (response.statusCode !== 200) throw new Error(`the feed answered ${response.statusCode}`);
  const views: InspectorView[] = [];
  const lines = createInterface({ input: response });
  let wake: () => void = () => undefined;
  let read = 0;
  const model = new Model();
  let over = false;
  lines.on('line', (line) => {
    if (line.startsWith('data: ')) views.push(JSON.parse(line.slice('data: '.length)));
    wake();
  });
  const end = (): void => {
    over = true;
    wake();
  };
  response.on('error', end);
  response.on('close', end);
  const next = async (): Promise<InspectorView> => {
    for (;;) {
      const view = views[read];
      if (view !== undefined) {
        read += 1;
        model.take(view);
        return view;
      }
      if (over) throw new Error('the feed ended');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    response,
    views,
    moment: () => {
      const moment = model.moment(model.view?.at ?? 0);
      if (moment === undefined) throw new Error('no view was read yet');
      return moment;
    },
    next,
    until: async (holds) => {
      for (;;) {
        const view = await next();
        if (holds(view)) return view;
      }
    },
    close: () => response.destroy(),
  };
}
