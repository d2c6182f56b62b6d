import type { ServerResponse } from 'node:http';
import { systemReport } from '../clock/system-ports.ts';
import { SAFE_HEADERS } from '../http/http-answer.ts';
import type { InspectorView } from './inspector-view.ts';
import { cleanJson } from './recording/recording.ts';
import type { Subject } from './watched-workers.ts';

/** Concurrent viewers, over all workers. */
export const MAX_VIEWERS = 16;
/** Minimum milliseconds between two views. */
const PACE_MS = 100;
/** The pause after a view lasts at least this many times the time that the view took, so that many peers cost little. */
const REST_RATIO = 10;
/** Milliseconds between two checks of what emits no event when it changes: chains, faults, other workers, starts and stops. */
const CHECK_MS = 1000;
/** Every fifth check something is sent, so that both sides notice a broken connection. */
const CHECKS_A_HEARTBEAT = 5;

/** The data that a feed shows. */
export interface FeedSource {
  /** The worker with this name, or else another one; undefined if there is none at all. */
  subject(name: string): Subject | undefined;
  /** A view without its lines. @param worker the requested name */
  describe(
    subject: Subject | undefined,
    worker: string,
  ): Pick<InspectorView, 'source' | 'started' | 'mayControl' | 'chain' | 'faults' | 'remarks'>;
  /** Null while it is unknown. */
  overview(search: string): InspectorView['overview'];
  /** The time of a view without a worker, in Unix seconds. */
  now(): number;
  /**
   * Reads the data again. Called when somebody starts to watch, and once a second while anybody is watching. Undefined if the
   * data is always current.
   *
   * @param watched returns the names requested at that time; empty if nobody is watching any more
   */
  refresh?: (watched: () => readonly string[]) => Promise<void>;
}

interface Viewer {
  readonly response: ServerResponse;
  /** The requested name. */
  readonly worker: string;
  readonly search: string;
  subject: Subject | undefined;
  unobserve: () => void;
  /** How many lines of the subject it was sent; undefined before its first view. */
  seen: number | undefined;
  /** The last description and overview that it was sent, as JSON. */
  described: string;
  overview: string;
  /** Whether there is something that it was not sent yet. */
  isDue: boolean;
  /** Whether the last view has not left the process yet. Then this viewer is skipped, and gets the newest view afterwards. */
  isWriting: boolean;
}

type NewLines = Pick<InspectorView, 'start' | 'chart' | 'lines' | 'linesDropped'>;

const NOTHING: NewLines = { start: null, chart: null, lines: [], linesDropped: 0 };

/** The lines of a worker that a viewer was not sent yet. */
function newLines({ seen }: Pick<Viewer, 'seen'>, { recorder, chart }: Subject): NewLines {
  const { start, lines } = recorder.since(seen ?? 0);
  const dropped = seen === undefined ? 0 : recorder.pushed - seen - lines.length;
  const isAnew = seen === undefined || dropped > 0;
  return {
    start: isAnew ? start : null,
    chart: isAnew ? chart : null,
    lines,
    linesDropped: dropped,
  };
}

/** Sends views to the viewers, as Server-Sent Events. Without viewers it does nothing. */
export class Feed {
  readonly #source: FeedSource;
  readonly #viewers = new Set<Viewer>();
  #next: NodeJS.Timeout | undefined;
  #checks: NodeJS.Timeout | undefined;
  #checked = 0;
  #notBefore = 0;
  #hasFailed = false;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  /**
   * Sends the worker's views, and the overview of the workers that match the search, until the viewer disconnects. If there are
   * too many viewers, one that does not read is disconnected, or else the oldest; its page reconnects by itself.
   */
  open(response: ServerResponse, { worker, search }: Pick<Viewer, 'worker' | 'search'>): void {
    if (this.#viewers.size >= MAX_VIEWERS) {
      const [first] = [...this.#viewers].toSorted((a, b) => Number(b.isWriting) - Number(a.isWriting));
      if (first !== undefined) {
        if (first.isWriting) first.response.destroy();
        else first.response.end();
        this.#leave(first);
      }
    }
    const viewer: Viewer = {
      response,
      worker,
      search,
      subject: undefined,
      unobserve: () => undefined,
      seen: undefined,
      described: '',
      overview: '',
      isDue: true,
      isWriting: false,
    };
    this.#viewers.add(viewer);
    response.on('close', () => this.#leave(viewer));
    response.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
    this.#checks ??= setInterval(() => this.#refresh(), CHECK_MS);
    if (this.#source.refresh !== undefined) this.#refresh();
    this.#schedule();
  }

  /** Must be called when a worker changes. Very cheap, because it may be called a million times. */
  changed(subject: Subject): void {
    if (this.#viewers.size === 0) return;
    for (const viewer of this.#viewers) if (viewer.subject === subject) viewer.isDue = true;
    this.#schedule();
  }

  /** Must be called when workers are added or removed. */
  changedAll(): void {
    for (const viewer of this.#viewers) {
      viewer.isDue = true;
      viewer.overview = '';
    }
    this.#schedule();
  }

  close(): void {
    for (const viewer of [...this.#viewers]) {
      viewer.response.end();
      this.#leave(viewer);
    }
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    viewer.unobserve();
    if (this.#viewers.size > 0) return;
    clearTimeout(this.#next);
    clearInterval(this.#checks);
    this.#next = undefined;
    this.#checks = undefined;
  }

  #schedule(): void {
    if (this.#next !== undefined || this.#viewers.size === 0) return;
    const wait = Math.max(0, this.#notBefore - performance.now());
    this.#next = setTimeout(() => {
      this.#next = undefined;
      this.#sendAll();
    }, wait);
  }

  #sendAll(): void {
    const began = performance.now();
    for (const viewer of this.#viewers) {
      if (viewer.isDue && !viewer.isWriting) this.#guarded(() => this.#send(viewer));
    }
    const now = performance.now();
    this.#notBefore = now + Math.max(PACE_MS, (now - began) * REST_RATIO);
  }

  #send(viewer: Viewer): void {
    const subject = this.#source.subject(viewer.worker);
    if (subject !== viewer.subject) {
      viewer.unobserve();
      viewer.unobserve = subject?.recorder.observe() ?? (() => undefined);
      viewer.seen = undefined;
    }
    viewer.subject = subject;
    viewer.isDue = false;
    const unseen = subject === undefined ? NOTHING : newLines(viewer, subject);
    viewer.seen = subject?.recorder.pushed;
    const described = this.#source.describe(subject, viewer.worker);
    viewer.described = cleanJson(described);
    // Sent with the first view, and later whenever a check, once a second, finds a change.
    const overview = viewer.overview === '' ? this.#source.overview(viewer.search) : null;
    if (overview !== null) viewer.overview = cleanJson(overview);
    const view: InspectorView = {
      at: subject?.now() ?? this.#source.now(),
      worker: subject?.name ?? '',
      ...described,
      ...unseen,
      overview,
    };
    viewer.isWriting = true;
    viewer.response.write(`data: ${cleanJson(view)}\n\n`, () => {
      viewer.isWriting = false;
      if (viewer.isDue) this.#schedule();
    });
  }

  /** Runs the embedder's code: a chain or a fault source that throws must not end the process. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (cause) {
      if (!this.#hasFailed) systemReport(new Error('The inspector could not show a worker', { cause }));
      this.#hasFailed = true;
    }
  }

  #refresh(): void {
    const { refresh } = this.#source;
    if (refresh === undefined) {
      this.#check();
      return;
    }
    const watched = (): readonly string[] => [...new Set([...this.#viewers].map(({ worker }) => worker))];
    refresh(watched).then(
      () => this.#check(),
      (cause: unknown) =>
        this.#guarded(() => {
          throw cause;
        }),
    );
  }

  #check(): void {
    this.#checked += 1;
    const isHeartbeat = this.#checked % CHECKS_A_HEARTBEAT === 0;
    const overviews = new Map<string, string>();
    for (const viewer of this.#viewers) {
      const { subject, search, worker } = viewer;
      this.#guarded(() => {
        if (!overviews.has(search)) overviews.set(search, cleanJson(this.#source.overview(search)));
        if (overviews.get(search) !== viewer.overview) viewer.overview = '';
        const isOther = this.#source.subject(worker) !== subject;
        const described = cleanJson(this.#source.describe(subject, worker));
        if (isOther || described !== viewer.described) viewer.isDue = true;
      });
      if (isHeartbeat || viewer.overview === '') viewer.isDue = true;
    }
    this.#schedule();
  }
}
