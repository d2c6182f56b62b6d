import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createEmptyActor } from 'xstate';
import { utcText } from '../../explain/time-text.ts';
import { type ChainStore, createMemoryChain } from '../../infonet/chain/chain-store.ts';
import { checkOnionAddress } from '../../infonet/onion-address.ts';
import { networkOf, networkRefusal } from '../../infonet/peer-network.ts';
import { createObservedSync } from '../../infonet/pull/infonet-sync.ts';
import { type ResolvedSyncOptions, resolveSyncOptions } from '../../infonet/pull/infonet-sync-options.ts';
import { readSyncPage } from '../../infonet/pull/sync-page.ts';
import { boundWaits } from '../../policy/bounds.ts';
import { createPeerRecord, type PeerRecord } from '../../policy/peer-record.ts';
import { retryAfterUntil } from '../../policy/peer-selection.ts';
import { readRetryAfter } from '../../policy/retry-after.ts';
import { safeText } from '../../policy/safe-text.ts';
import { defaultPolicy } from '../../policy/sync-policy.ts';
import { initialSyncState } from '../../policy/sync-worker-state.ts';
import type { AttemptResult } from '../../schedule/attempt.ts';
import { runAttempt } from '../../schedule/run-attempt.ts';
import { readPeerDocument, usablePeers } from '../../storage/disk/peer-document.ts';
import { decoded, readText } from '../../storage/disk/read-text.ts';
import { StorageUnreadableError } from '../../storage/disk/storage-errors.ts';
import { usage } from '../exit-status.ts';
import type { TransportOptions } from '../run/transport.ts';
import { isCertificateRefusal, refusedCertificate } from './certificate-seen.ts';
import type { CheckReport, PageSeen, RetryAfterSeen, TlsSeen, VerificationSeen } from './check-report.ts';
import { judgeAttempt, plainError } from './judge-attempt.ts';
import { type AttemptSeen, watchAttempt } from './watch-attempt.ts';

export interface CheckPeerOptions extends TransportOptions {
  /** A data folder: a running Retry-After of the peer that is recorded there is honoured. */
  readonly folder?: string | undefined;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** Ends the attempt early. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the peer's address before it is asked; not called if it is not asked. */
  readonly onAsking?: ((address: string) => void) | undefined;
}

/**
 * Makes one attempt at a peer with the real transport, at most one page, and reports all steps. Nothing is changed: the events go
 * into a temporary chain, and no result is recorded.
 *
 * @throws CommandFailed for an invalid request; StorageUnreadableError if the folder's record of the peer cannot be read
 */
export async function checkPeer(peerUrl: string, options: CheckPeerOptions): Promise<CheckReport> {
  const { folder, now, signal = new AbortController().signal, onAsking, ...given } = options;
  const began = performance.now();
  const memory = createMemoryChain();
  let verification: VerificationSeen | undefined;
  const chain: ChainStore = {
    ...memory,
    ingest: async (events, limits) => {
      const ingested = await memory.ingest(events, limits);
      verification = { verified: ingested.accepted, of: events.length, refused: ingested.refused };
      return ingested;
    },
  };
  const transport = { ...given, chain, maxPages: 1 };
  const { address, resolved } = usage(() => {
    const { peerUrl: checked } = createPeerRecord(peerUrl);
    checkOnionAddress(new URL(checked).hostname);
    return { address: checked, resolved: resolveSyncOptions(transport) };
  });
  const asked = { peerUrl: address, at: now() };
  const unasked = (why: string, next: string): CheckReport => {
    const verdict = `It was not asked: ${why}.`;
    return { ...asked, wouldServe: false, notAsked: why, verdict, next, totalMs: 0 };
  };
  const refusal = networkRefusal(address, resolved);
  if (refusal?.includes('allowClearnet')) {
    return unasked(refusal, 'If that is what you want, allow it with --allow-clearnet.');
  }
  if (refusal !== undefined) return unasked(refusal, 'Use another address.');
  const wait = folder === undefined ? undefined : await recordedWait(folder, address, now());
  if (wait !== undefined && wait.until > now()) {
    const when = `${utcText(wait.until)} UTC, in ${Math.ceil(wait.until - now())} s`;
    const next = wait.isBounded
      ? `The record in ${folder} is from the future: the clock was set back. A worker that runs there waits so long and mends it.`
      : 'Check it after that time.';
    return unasked(`it asked to be left alone until ${when}`, next);
  }

  onAsking?.(address);
  const url = new URL(address);
  const isOnion = networkOf(url.hostname) === 'onion';
  const watch = watchAttempt(url, isOnion ? resolved.socksProxy : undefined);
  const result = await runAttempt(
    createObservedSync(transport, { observer: watch.observer }),
    { peer: createPeerRecord(address), head: '', runStartedAt: now(), worker: createEmptyActor() },
    { signal, now },
  );
  const seen = watch.end();
  const totalMs = performance.now() - began;
  const { dns, connect, answer, connectError } = seen;
  const tls = await withRefusal(seen, url, resolved);
  const steps = {
    ...asked,
    ...{ dns, connect, tls, answer, verification },
    connectFailed: tls === undefined && connectError ? plainError(connectError) : undefined,
    retryAfter: retryAfterSeen(seen.retryAfters, result, now()),
    page: answer?.status === 200 ? pageSeen(seen.body, resolved.pageLimit) : undefined,
  };
  return { ...steps, ...judgeAttempt({ ...seen, ...steps, result }), totalMs };
}

/** The result of TLS, with the certificate if that was refused. */
async function withRefusal(
  { tls, isConnected, connectError }: AttemptSeen,
  url: URL,
  { requestTimeoutMs }: ResolvedSyncOptions,
): Promise<TlsSeen | undefined> {
  if (tls === undefined || isConnected) return tls;
  if (connectError === undefined) return { ...tls, refused: 'it was not finished in time' };
  const refused = plainError(connectError);
  // The second handshake would resolve the name, and an onion name must not reach a DNS server.
  const isOnion = networkOf(url.hostname) === 'onion';
  if (isOnion || !isCertificateRefusal(connectError)) return { ...tls, refused };
  const certificate = await refusedCertificate(connectError, url, requestTimeoutMs);
  return { ...tls, refused: `${refused} (${connectError.code})`, certificate };
}

/** Reads a body as a page, as far as possible. */
function pageSeen(body: Uint8Array, limit: number): PageSeen {
  try {
    const { events, headHash, forked } = readSyncPage(body, limit);
    const isFull = events.length === limit;
    return { bytes: body.length, events: events.length, head: headHash, forked, isFull };
  } catch {
    // The attempt itself has reported why it is not a page.
    return { bytes: body.length, events: undefined, head: undefined, forked: undefined, isFull: false };
  }
}

/** The recorded Retry-After of a peer. */
interface RecordedWait {
  /** Its end in Unix seconds; 0 if there is none. */
  readonly until: number;
  /**
   * Whether the recorded time is later than any answer can have asked for: the clock was set back. The wait is then the longest
   * one.
   */
  readonly isBounded: boolean;
}

/** Reads the Retry-After of a peer from a data folder, as a worker would now. The folder need not exist. */
async function recordedWait(folder: string, peerUrl: string, now: number): Promise<RecordedWait> {
  const path = join(folder, 'peers.json');
  const found = await readText(path);
  if (found === undefined) return { until: 0, isBounded: false };
  try {
    const all = usablePeers(readPeerDocument(decoded(found)));
    const stored = all.filter((peer) => peer.peerUrl === peerUrl);
    const { records } = boundWaits(initialSyncState(), stored, { now, policy: defaultPolicy });
    const latest = (peers: readonly PeerRecord[]): number => Math.max(0, ...peers.map(retryAfterUntil));
    return { until: latest(records), isBounded: latest(records) < latest(stored) };
  } catch (error) {
    throw new StorageUnreadableError(path, error);
  }
}

/** The Retry-After as the attempt understood it; undefined if there was none. Of several, the longest wait counts. */
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
    // Counted like a worker does: from now, rounded up, so that it never ends early.
    until: Math.ceil(now) + seconds,
  };
}
