import { performance } from 'node:perf_hooks';
import { createEmptyActor } from 'xstate';
import { utcText } from '../../explain/time-text.ts';
import { type ChainStore, createMemoryChain } from '../../infonet/chain/chain-store.ts';
import { checkOnionAddress } from '../../infonet/onion-address.ts';
import { networkOf, networkRefusal } from '../../infonet/peer-network.ts';
import { createObservedSync } from '../../infonet/pull/infonet-sync.ts';
import { type ResolvedSyncOptions, resolveSyncOptions } from '../../infonet/pull/infonet-sync-options.ts';
import { readSyncPage } from '../../infonet/pull/sync-page.ts';
import { createPeerRecord } from '../../policy/peer-record.ts';
import { readRetryAfter } from '../../policy/retry-after.ts';
import { safeText } from '../../policy/safe-text.ts';
import { messageOf } from '../../policy/thrown.ts';
import type { AttemptResult } from '../../schedule/attempt.ts';
import { runAttempt } from '../../schedule/run-attempt.ts';
import type { TransportOptions } from '../run/transport.ts';
import { isCertificateRefusal, refusedCertificate } from './certificate-seen.ts';
import type { CheckReport, PageSeen, RetryAfterSeen, TlsSeen, VerificationSeen } from './check-report.ts';
import { judgeAttempt, plainError } from './judge-attempt.ts';
import { recordedWait } from './recorded-wait.ts';
import { reportLines } from './report-lines.ts';
import { type AttemptSeen, watchAttempt } from './watch-attempt.ts';

export interface CheckPeerOptions extends TransportOptions {
  readonly out: { write(text: string): unknown };
  /** Where wrong usage is told. @default out */
  readonly err?: { write(text: string): unknown } | undefined;
  /** Colours. @default false */
  readonly colour?: boolean | undefined;
  /** One JSON object, the {@link CheckReport}, in place of the lines. @default false */
  readonly json?: boolean | undefined;
  /** A data folder: a Retry-After of the peer that is on record there, and still runs, is honoured. */
  readonly folder?: string | undefined;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** Ends the attempt early. */
  readonly signal?: AbortSignal | undefined;
}

/** 0: the peer would serve us; 1: it would not, or was not asked; 2: what was asked for makes no sense. */
export type CheckExit = 0 | 1 | 2;

/**
 * One attempt at a peer by the real transport, one page at most, and a report of all its steps. Nothing is changed: what
 * it brings goes into a chain of its own, and no mark is left.
 *
 * @throws StorageUnreadableError if a folder is given whose record of the peer cannot be read
 */
export async function checkPeer(peerUrl: string, options: CheckPeerOptions): Promise<CheckExit> {
  const { out, err = out, json = false, colour = false, folder, now, signal, ...given } = options;
  const observed = createObservedChain();
  const transport = { ...given, chain: observed.chain, maxPages: 1 };
  let address: string;
  let resolved: ResolvedSyncOptions;
  try {
    address = createPeerRecord(peerUrl).peerUrl;
    checkOnionAddress(new URL(address).hostname);
    resolved = resolveSyncOptions(transport);
  } catch (error) {
    err.write(`${safeText(messageOf(error))}\n`);
    return 2;
  }
  const finish = (report: CheckReport): CheckExit => {
    out.write(
      json
        ? `${JSON.stringify(report, inTenths)}\n`
        : `${reportLines(report, { colour, now: now() }).join('\n')}\n`,
    );
    return report.wouldServe ? 0 : 1;
  };

  const asked = { peerUrl: address, at: now() };
  const notAsked = networkRefusal(address, resolved);
  if (notAsked !== undefined) {
    const next = notAsked.includes('allowClearnet')
      ? 'If that is what you want, allow it with --allow-clearnet.'
      : 'Use another address.';
    return finish(unasked(asked, notAsked, next));
  }
  const wait = folder === undefined ? undefined : await recordedWait(folder, address, now());
  if (wait !== undefined && wait.until > now()) {
    const when = `${utcText(wait.until)} UTC, in ${Math.ceil(wait.until - now())} s`;
    const next = wait.isBounded
      ? `The record in ${folder} is from the future: the clock was set back. A worker that runs there waits so long and mends it.`
      : 'Check it after that time.';
    return finish(unasked(asked, `it asked to be left alone until ${when}`, next));
  }

  if (!json) out.write(`Asking ${address}, once; nothing is changed.\n`);
  const url = new URL(address);
  const began = performance.now();
  const isOnion = networkOf(url.hostname) === 'onion';
  const watch = watchAttempt({ url, proxy: isOnion ? resolved.socksProxy : undefined });
  const result = await runAttempt(
    createObservedSync(transport, { observer: watch.observer }),
    { peer: createPeerRecord(address), head: '', runStartedAt: now(), worker: createEmptyActor() },
    { signal: signal ?? new AbortController().signal, now },
  );
  const seen = watch.end();
  const totalMs = performance.now() - began;
  const page = seen.answer?.status === 200 ? pageSeen(seen.body, resolved.pageLimit) : undefined;
  const tls = await withRefusal(seen, url, resolved);
  const steps = {
    ...asked,
    dns: seen.dns,
    connect: seen.connect,
    connectFailed: tls === undefined && seen.connectError ? plainError(seen.connectError) : undefined,
    tls,
    answer: seen.answer,
    retryAfter: retryAfterSeen(seen.retryAfters, result, now()),
    page,
    verification: observed.verification(),
  };
  return finish({
    ...steps,
    ...judgeAttempt({ ...steps, result, isConnected: seen.isConnected, connectError: seen.connectError }),
    totalMs,
  });
}

function unasked(asked: Pick<CheckReport, 'peerUrl' | 'at'>, why: string, next: string): CheckReport {
  return {
    ...asked,
    wouldServe: false,
    notAsked: why,
    verdict: `It was not asked: ${why}.`,
    next,
    totalMs: 0,
  };
}

/** A clock has more digits than anybody can use. */
function inTenths(key: string, value: unknown): unknown {
  return typeof value === 'number' && /^(ms|totalMs)$/.test(key) ? Math.round(value * 10) / 10 : value;
}

/** What TLS came to, with the certificate where that is what was refused. */
async function withRefusal(
  { tls, isConnected, connectError }: AttemptSeen,
  url: URL,
  { requestTimeoutMs }: ResolvedSyncOptions,
): Promise<TlsSeen | undefined> {
  if (tls === undefined || isConnected) return tls;
  if (connectError === undefined) return { ...tls, refused: 'it was not finished in time' };
  const refused = plainError(connectError);
  // An onion name must not reach a DNS server, as this second handshake would have it.
  const isOnion = networkOf(url.hostname) === 'onion';
  if (isOnion || !isCertificateRefusal(connectError)) return { ...tls, refused };
  const certificate = await refusedCertificate(connectError, { url, timeoutMs: requestTimeoutMs });
  return { ...tls, refused: `${refused} (${connectError.code})`, certificate };
}

/** What a body is as a page; how far it can be read. */
function pageSeen(body: Uint8Array, limit: number): PageSeen {
  try {
    const { events, headHash, forked } = readSyncPage(body, limit);
    const isFull = events.length === limit;
    return { bytes: body.length, events: events.length, head: headHash, forked, isFull };
  } catch {
    // Why it is no page, the attempt itself has said.
    return { bytes: body.length, events: undefined, head: undefined, forked: undefined, isFull: false };
  }
}

/** A chain of its own for one attempt, and what became of the events that were offered to it. */
interface ObservedChain {
  readonly chain: ChainStore;
  /** Undefined if none were offered. */
  verification(): VerificationSeen | undefined;
}

/** Begins at genesis, and ends with the process: nothing that is kept is touched. */
function createObservedChain(): ObservedChain {
  const chain = createMemoryChain();
  let seen: VerificationSeen | undefined;
  return {
    chain: {
      ...chain,
      ingest: async (events, options) => {
        const ingested = await chain.ingest(events, options);
        seen = { verified: ingested.accepted, of: events.length, refused: ingested.refused };
        return ingested;
      },
    },
    verification: () => seen,
  };
}

/** A Retry-After as the attempt took it; undefined if none came. Of several, the longest wait holds. */
function retryAfterSeen(
  headers: readonly string[],
  result: AttemptResult,
  now: number,
): RetryAfterSeen | undefined {
  const longest = headers
    .map((header) => ({ header, ...readRetryAfter(header, { now }) }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .at(0);
  if (longest === undefined) return undefined;
  const seconds = result.outcome === 'error' ? result.retryAfterSeconds : 0;
  return {
    raw: safeText(headers.join(', '), 200),
    form: longest.form,
    clamped: longest.clamped,
    seconds,
    // Counted as a worker counts it: from this moment rounded up, so that it never ends early.
    until: Math.ceil(now) + seconds,
  };
}
