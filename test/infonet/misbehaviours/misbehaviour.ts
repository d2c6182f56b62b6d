import type { Socket } from 'node:net';
import { answer, type Script, say } from '../scripted-peer.ts';

/** What a peer does wrong, and how a run with that peer alone ends. */
export interface Misbehaviour {
  readonly name: string;
  readonly script: Script;
  readonly onConnect?: (socket: Socket) => void;
  readonly outcome: 'ok' | 'error' | 'fork';
  /** Part of the worker's `lastError`; '' if there is none. */
  readonly error: string | RegExp;
  /** Seconds the peer is left alone because it asked for it. */
  readonly retryAfter?: number;
  /** How many of its events are true and kept. */
  readonly kept?: number;
  /** How many events of its own making are kept, as the reference would. */
  readonly keptForged?: number;
}

/** The chain the worker starts with: so many recorded events. */
export const LOCAL_EVENTS = 30;
export const LIMITS: {
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly pageLimit: number;
  readonly maxPages: number;
} = { requestTimeoutMs: 300, maxBodyBytes: 256 * 1024, pageLimit: 20, maxPages: 3 };

export const OK: string = 'HTTP/1.1 200 OK\r\n';
export const LATE: string = 'no whole answer within 300 ms';

/** For peers that do nothing. */
export const hang: Script = () => undefined;

/** A peer that does something else than say a body. */
export const row = (
  name: string,
  script: Script,
  error: string | RegExp,
  more: Partial<Misbehaviour> = {},
): Misbehaviour => ({
  name,
  script,
  outcome: 'error',
  error,
  ...more,
});

/** A peer that says a body, well framed. */
export const said = (
  name: string,
  body: string | Buffer,
  error: string | RegExp,
  more?: Partial<Misbehaviour>,
): Misbehaviour => row(`says ${name}`, say(answer(body)), error, more);
