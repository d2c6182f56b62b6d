import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a peer server found by itself, without a look into the fleet. */
export interface Judgement {
  asks: number;
  /** Within a Retry-After that it had answered with, to any worker. */
  earlyAfterClosure: number;
  /** Before the interval or the backoff after the last answer to this worker was over. */
  earlyBySchedule: number;
  /** Two runs of one worker at one time, with no kill between that would explain it. */
  double: number;
  /** A run taken over before the stuck limit and two seconds. */
  earlyTakeover: number;
  /** A fence that came after a greater one. */
  late: number;
  limits: number;
}

export interface JudgePeer {
  readonly url: string;
  readonly judgement: Judgement;
  /** A process is halted or dead from now on, so it may not know the answers that it was sent just before or from now on. */
  halted(pid: number): void;
  continued(pid: number): void;
  /** How often each worker was answered. */
  readonly answered: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export interface JudgeOptions {
  /** Seconds. */
  readonly intervalSeconds: number;
  readonly stuckAfterSeconds: number;
  /** The chance of a 429, and its Retry-After in seconds. */
  readonly limitRatio: number;
  readonly retryAfterSeconds: number;
  /** The longest time an answer takes, in milliseconds. */
  readonly maxMs: number;
  readonly random: () => number;
}

interface Known {
  fence: number;
  /** When its newest ask came, and when that was answered; 0 while it was not. */
  askedAt: number;
  answeredAt: number;
  wait: number;
}

/** A peer that answers, limits, and judges who asks it too early or twice. */
export async function startJudge(options: JudgeOptions): Promise<JudgePeer> {
  const { intervalSeconds, stuckAfterSeconds, limitRatio, retryAfterSeconds, maxMs, random } = options;
  const judgement: Judgement = {
    asks: 0,
    earlyAfterClosure: 0,
    earlyBySchedule: 0,
    double: 0,
    earlyTakeover: 0,
    late: 0,
    limits: 0,
  };
  const known = new Map<string, Known>();
  const answered = new Map<string, number>();
  /** Milliseconds. A wait counts from the moment at which the answer was written. */
  let closures: readonly { readonly pid: number; readonly from: number; readonly until: number }[] = [];
  const halted = new Set<number>();
  /** When each process was halted, and went on again. */
  const halts = new Map<number, { readonly from: number; readonly until: number }>();
  /** A process may be halted between its leave and its request: that counts as sent when it was halted. */
  const sentAt = (pid: number, at: number): number => {
    const halt = halts.get(pid);
    return halt !== undefined && at < halt.until + GRACE_MS ? Math.min(at, halt.from) : at;
  };
  const server = createServer((request, response) => {
    const at = Date.now();
    const id = String(request.headers['x-id']);
    const fence = Number(request.headers['x-fence']);
    judgement.asks += 1;
    if (closures.some(({ from, until }) => at >= from + GRACE_MS && at < until)) {
      judgement.earlyAfterClosure += 1;
    }
    const before = known.get(id);
    if (before !== undefined) {
      if (fence < before.fence) judgement.late += 1;
      else if (fence === before.fence) judgement.double += 1;
      else if (before.answeredAt === 0) {
        // The last ask has no answer yet, or its process is dead: this one takes it over.
        if (at < before.askedAt + stuckAfterSeconds * 1000 + 1000) judgement.earlyTakeover += 1;
      } else if (at < before.answeredAt + before.wait * 1000 - 1000) judgement.earlyBySchedule += 1;
    }
    const pid = Number(request.headers['x-pid']);
    const mine: Known = { fence, askedAt: sentAt(pid, at), answeredAt: 0, wait: 0 };
    if (before === undefined || fence >= before.fence) known.set(id, mine);
    setTimeout(() => {
      if (response.destroyed || request.socket.destroyed) return;
      const isLimit = random() < limitRatio;
      mine.answeredAt = Date.now();
      mine.wait = isLimit ? retryAfterSeconds : intervalSeconds;
      if (isLimit) {
        judgement.limits += 1;
        const from = Date.now();
        const until = from + retryAfterSeconds * 1000;
        if (!halted.has(pid)) {
          closures = [...closures.filter((closure) => closure.until > from), { pid, from, until }];
        }
        response.writeHead(429, { 'retry-after': String(retryAfterSeconds) }).end();
      } else {
        answered.set(id, (answered.get(id) ?? 0) + 1);
        response.end(`head ${fence}`);
      }
    }, random() * maxMs);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    judgement,
    answered,
    halted: (pid) => {
      halted.add(pid);
      halts.set(pid, { from: Date.now(), until: Number.POSITIVE_INFINITY });
      const since = Date.now() - GRACE_MS;
      closures = closures.filter((closure) => closure.pid !== pid || closure.from < since);
    },
    continued: (pid) => {
      halted.delete(pid);
      halts.set(pid, { from: halts.get(pid)?.from ?? Date.now(), until: Date.now() });
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** How long an answer, or a request that was granted leave before it, may be in transit, in milliseconds. */
const GRACE_MS = 1000;
