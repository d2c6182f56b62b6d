import type { ServerResponse } from 'node:http';
import { systemReport } from '../clock/system-ports.ts';
import { SAFE_HEADERS, safeJson } from '../http/http-answer.ts';
import type { InspectorView } from './inspector-view.ts';
import type { Seen, Subject } from './subject.ts';

/** Viewers at once, over all workers. */
export const MAX_VIEWERS = 16;
/** Milliseconds between two views. */
const PACE_MS = 100;
/** A view that took long to make is followed by a pause of so many times that, however many peers there are. */
const REST_RATIO = 10;
/** Milliseconds between two looks at what tells nothing of its changes: chains and faults. */
const LOOK_MS = 1000;
/** Every so many looks something is sent, so that both sides notice a connection that broke. */
const LOOKS_A_HEARTBEAT = 10;

/** What a feed shows. */
export interface FeedSource {
  /** The worker of a name, or another one in its place; undefined if there is none at all. */
  subject(name: string): Subject | undefined;
  view(subject: Subject, seen: Seen | undefined): InspectorView;
  /** What tells nothing of its changes, in any form that can be compared. */
  unannounced(subject: Subject): string;
}

interface Viewer {
  readonly response: ServerResponse;
  /** The worker that was asked for. */
  readonly name: string;
  subject: Subject | undefined;
  /** Ends its look at that worker. */
  lookAway: () => void;
  /** Undefined before its first view. */
  seen: Seen | undefined;
  /** There is something it was not sent yet. */
  isDue: boolean;
  /** The last view has not left the process: this viewer is skipped, and gets the newest when it has. */
  isWriting: boolean;
}

/** Sends views to those who watch, as Server-Sent Events. While nobody does, it does nothing. */
export class Feed {
  readonly #source: FeedSource;
  readonly #viewers = new Set<Viewer>();
  readonly #unannounced = new WeakMap<Subject, string>();
  #next: NodeJS.Timeout | undefined;
  #looks: NodeJS.Timeout | undefined;
  #looked = 0;
  #notBefore = 0;
  #hasFailed = false;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  get isFull(): boolean {
    return this.#viewers.size >= MAX_VIEWERS;
  }

  /** Sends this worker's views from now on, until the viewer goes away. */
  open(response: ServerResponse, name: string): void {
    const viewer: Viewer = {
      response,
      name,
      subject: undefined,
      lookAway: () => undefined,
      seen: undefined,
      isDue: true,
      isWriting: false,
    };
    this.#viewers.add(viewer);
    response.on('close', () => this.#leave(viewer));
    response.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
    this.#looks ??= setInterval(() => this.#look(), LOOK_MS);
    this.#schedule();
  }

  /** Something became of a worker. Costs next to nothing, for it may be called a million times. */
  changed(subject: Subject): void {
    if (this.#viewers.size === 0) return;
    for (const viewer of this.#viewers) if (viewer.subject === subject) viewer.isDue = true;
    this.#schedule();
  }

  /** Workers came or went. */
  changedAll(): void {
    for (const viewer of this.#viewers) viewer.isDue = true;
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
    viewer.lookAway();
    if (this.#viewers.size > 0) return;
    clearTimeout(this.#next);
    clearInterval(this.#looks);
    this.#next = undefined;
    this.#looks = undefined;
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
    const subject = this.#source.subject(viewer.name);
    if (subject === undefined) return;
    if (subject !== viewer.subject) {
      viewer.lookAway();
      viewer.lookAway = subject.journal.look();
      viewer.seen = undefined;
    }
    viewer.subject = subject;
    viewer.isDue = false;
    this.#unannounced.set(subject, this.#source.unannounced(subject));
    const view = this.#source.view(subject, viewer.seen);
    viewer.seen = { steps: subject.journal.steps.pushed, lines: subject.journal.lines.pushed };
    this.#write(viewer, `data: ${safeJson(view)}\n\n`);
  }

  #write(viewer: Viewer, text: string): void {
    viewer.isWriting = true;
    viewer.response.write(text, () => {
      viewer.isWriting = false;
      if (viewer.isDue) this.#schedule();
    });
  }

  /** What is shown is the embedder's: a chain or a fault source that throws must not end the process. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (cause) {
      if (!this.#hasFailed) systemReport(new Error('The inspector could not show a worker', { cause }));
      this.#hasFailed = true;
    }
  }

  #look(): void {
    this.#looked += 1;
    for (const subject of new Set([...this.#viewers].map((viewer) => viewer.subject))) {
      if (subject === undefined) continue;
      this.#guarded(() => {
        if (this.#unannounced.get(subject) !== this.#source.unannounced(subject)) this.changed(subject);
      });
    }
    if (this.#looked % LOOKS_A_HEARTBEAT !== 0) return;
    for (const viewer of this.#viewers) if (!viewer.isWriting) this.#write(viewer, ':\n\n');
  }
}
