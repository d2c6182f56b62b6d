import { WebSocket } from 'ws';
import type { Allowance } from './allowance.ts';

/** Bytes that may be queued for a viewer. One with more is behind, and is sent nothing until it has read them. */
const MAX_WAITING = 1024 * 1024;

/** Callbacks of a viewer. */
export interface ViewerEvents {
  /** It sent a message, within the rate limit. */
  message(viewer: Viewer, text: string): void;
  /** It missed something and has caught up: it must be sent the current state. */
  caughtUp(viewer: Viewer): void;
  left(viewer: Viewer): void;
}

/** A connected page. Nothing waits for it: one that does not read is skipped, and one that sends too much is disconnected. */
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
    // The pong for each ping would be queued here too.
    socket.on('ping', passes);
    // After a protocol error, ws closes the connection and emits 'close': there is nothing to do here.
    socket.on('error', () => undefined);
  }

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Sends a message, which a viewer that is behind misses. Use `sync` for what it must not miss. */
  send(text: string): void {
    if (this.#isBehind) this.skip();
    else this.#write(text);
  }

  /** Marks that the viewer missed a message, so that it will be sent the current state. */
  skip(): void {
    this.#hasMissed = true;
  }

  /** Sends the complete current state, even to a viewer that is behind. */
  sync(write: (send: (text: string) => void) => void): void {
    this.#hasMissed = false;
    write((text) => this.#write(text));
  }

  /** Closes the connection with a reason, without waiting for an answer. */
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
