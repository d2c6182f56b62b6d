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
  /** A data folder: a Retry-After of the peer that is on record there, and still runs, is honoured. */
  readonly folder?: string | undefined;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** Ends the attempt early. */
  readonly signal?: AbortSignal | undefined;
  /** Called before the peer is asked, with its address; not called where it is not asked. */
  readonly onAsking?: ((address: string) => void) | undefined;
}

/**
 * One attempt at a peer by the real transport, one page at most, and a report of all its steps. Nothing is changed: what
 * it brings goes into a chain of its own, and no mark is left.
 *
 * @throws CommandFailed if what was asked for makes no sense; StorageUnreadableError if a folder is given whose record of
 * the peer cannot be read
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
  const certificate = await refusedCertificate(connectError, url, requestTimeoutMs);
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

/** Until when a peer asked to be left alone. */
interface RecordedWait {
  /** In Unix seconds; 0 if it did not. */
  readonly until: number;
  /** The record names a time that no answer can have named: the clock was set back. The wait is the longest one there is. */
  readonly isBounded: boolean;
}

/** What the record of a data folder says of a peer, as a worker would take it now. No folder is needed. */
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
