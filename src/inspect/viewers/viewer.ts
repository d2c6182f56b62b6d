import { WebSocket } from 'ws';
import type { Allowance } from './allowance.ts';

/** Bytes that may wait for a viewer; one with more is behind, and is sent nothing until it has read them. */
const MAX_WAITING = 1024 * 1024;

/** What becomes of a viewer. */
export interface ViewerEvents {
  /** It sent a message; no more of them than are allowed. */
  message(viewer: Viewer, text: string): void;
  /** It missed something and has read the rest: it is to be sent the present state. */
  caughtUp(viewer: Viewer): void;
  left(viewer: Viewer): void;
}

/** A page that watches. It is never waited for: one that does not read is skipped, one that talks too much is closed. */
export class Viewer {
  readonly #socket: WebSocket;
  readonly #events: ViewerEvents;
  readonly #closed: Promise<void>;
  #isBehind = false;
  #hasMissed = false;

  /** @param now seconds */
  constructor(socket: WebSocket, events: ViewerEvents, allowance: Allowance, now: () => number) {
    this.#socket = socket;
    this.#events = events;
    this.#closed = new Promise((resolve) => {
      socket.on('close', () => {
        events.left(this);
        resolve();
      });
    });
    const passes = (): boolean => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      if (allowance.take(now())) return true;
      this.end(1008, 'too many messages');
      return false;
    };
    socket.on('message', (data, isBinary) => {
      if (passes() && !isBinary) events.message(this, data.toString());
    });
    // Each ping is answered by a pong that would wait here too.
    socket.on('ping', passes);
    // Whoever breaks the protocol is closed by ws, and 'close' follows: there is nothing left to do about it.
    socket.on('error', () => undefined);
  }

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** One that is behind misses it; for what it needs in any case, there is `sync`. */
  send(text: string): void {
    if (this.#isBehind) this.skip();
    else this.#write(text);
  }

  /** It was not sent something, and will be sent the present state instead. */
  skip(): void {
    this.#hasMissed = true;
  }

  /** Sends the present state, all of it, also to one that is behind. */
  sync(write: (send: (text: string) => void) => void): void {
    this.#hasMissed = false;
    write((text) => this.#write(text));
  }

  /** Says why, and waits for no answer. */
  end(code: number, reason: string): Promise<void> {
    this.#socket.close(code, reason);
    setImmediate(() => this.#socket.terminate());
    return this.#closed;
  }

  #write(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(text, () => this.#wasSent());
    this.#isBehind = this.#socket.bufferedAmount > MAX_WAITING;
  }

  #wasSent(): void {
    if (!this.#isBehind || this.#socket.bufferedAmount > 0) return;
    this.#isBehind = false;
    if (this.#hasMissed && this.#socket.readyState === WebSocket.OPEN) this.#events.caughtUp(this);
  }
}
