import { PeerSyncLocalError, PeerSyncProtocolError } from '../../policy/errors.ts';
import type { PeerRecord } from '../../policy/peer-record.ts';
import type { SyncAnswer, SyncFunction, SyncOptions } from '../../schedule/attempt.ts';
import { StorageError } from '../../storage/disk/storage-errors.ts';
import { ChainDamagedError } from '../chain/chain-damaged-error.ts';
import { type ChainStore, createMemoryChain, type Ingested } from '../chain/chain-store.ts';
import { hydrateChain } from '../hydration/hydrate-chain.ts';
import { isJsonObject, JsonNumber, type JsonValue } from '../json/json-value.ts';
import { isPrivateNetwork, networkOf, networkRefusal } from '../peer-network.ts';
import { GENESIS_HASH, shortHash } from '../protocol.ts';
import {
  type InfonetSyncOptions,
  type ResolvedSyncOptions,
  resolveSyncOptions,
} from './infonet-sync-options.ts';
import { type LinkObserver, openPeerLink, type PeerLink } from './peer-link.ts';
import type { Connect } from './peer-socket.ts';
import { PageRefused, readSyncPage, type SyncPage, writeSyncRequest } from './sync-page.ts';

/** A sync function that can say which peers it will never ask. */
export interface InfonetSync extends SyncFunction {
  (peer: PeerRecord, options: SyncOptions): Promise<SyncAnswer>;
  exclude(peer: PeerRecord): string | undefined;
}

/** A forked chain of this many events and more never gives way. */
const LONG_CHAIN = 20;
/** No page of an attempt begins later, so that an attempt ends well before it counts as stuck. */
const LAST_PAGE_SECONDS = 120;

/**
 * Pulls a chain from peers nobody trusts: asks with a locator, verifies each event, keeps it, asks again.
 *
 * One attempt asks one peer for at most `maxPages` pages. What was verified before something went wrong is kept, and
 * the error carries the new head.
 *
 * @throws RangeError naming the option, its value and what is allowed
 */
export function createInfonetSync(options: InfonetSyncOptions): InfonetSync {
  return createObservedSync(options);
}

/** What a test or a check watches and replaces. @internal */
export interface SyncInternals {
  readonly observer?: LinkObserver | undefined;
  /** Seconds by a clock that does not jump. @default the system's */
  readonly monotonic?: (() => number) | undefined;
  /** Opens connections to peers that are no onion service. @default Node's own */
  readonly connect?: Connect | undefined;
}

/** {@link createInfonetSync}, watched. @internal */
export function createObservedSync(options: InfonetSyncOptions, internals: SyncInternals = {}): InfonetSync {
  const resolved = resolveSyncOptions(options);
  const exclude = ({ peerUrl }: PeerRecord): string | undefined => networkRefusal(peerUrl, resolved);
  const { chain, hydrate } = resolved;
  let hydrated: Promise<ChainStore> | undefined;
  const sync = async (peer: PeerRecord, { signal, now }: SyncOptions): Promise<SyncAnswer> => {
    const refusal = exclude(peer);
    if (refusal !== undefined) throw new PeerSyncProtocolError(`not asked: ${refusal}`, {});
    hydrated ??= hydrate === undefined ? Promise.resolve(chain) : hydrateChain(chain, hydrate);
    const options = { ...resolved, chain: await hydrated };
    const pull = new Pull(peer.peerUrl, options, { signal, now, ...internals });
    try {
      return await pull.run();
    } catch (error) {
      throw chainFault(error, chain.head()) ?? error;
    } finally {
      pull.close();
    }
  };
  return Object.assign(sync, { exclude });
}

/** A chain that cannot be written or read is no fault of the peer that was asked. */
function chainFault(error: unknown, head: string): PeerSyncLocalError | undefined {
  const isOurs = error instanceof StorageError || error instanceof ChainDamagedError;
  return isOurs ? new PeerSyncLocalError(error.message, { cause: error, head }) : undefined;
}

/** One attempt. */
class Pull {
  readonly #options: ResolvedSyncOptions;
  readonly #signal: AbortSignal;
  readonly #peerUrl: string;
  readonly #isPublic: boolean;
  readonly #link: PeerLink;
  readonly #monotonic: () => number;
  #accepted = 0;

  constructor(
    peerUrl: string,
    options: ResolvedSyncOptions,
    { signal, now, observer, monotonic, connect }: Pick<SyncOptions, 'signal' | 'now'> & SyncInternals,
  ) {
    this.#peerUrl = peerUrl;
    this.#options = options;
    this.#signal = signal;
    this.#monotonic = monotonic ?? (() => performance.now() / 1000);
    this.#isPublic = !isPrivateNetwork(networkOf(new URL(peerUrl).hostname));
    const progress = (): string | undefined => this.#progress();
    this.#link = openPeerLink(peerUrl, { ...options, signal, now, observer, connect, progress });
  }

  async run(): Promise<SyncAnswer> {
    const { chain, pageLimit, maxPages } = this.#options;
    const lastStart = this.#monotonic() + LAST_PAGE_SECONDS;
    for (let pages = 1; ; pages += 1) {
      let page = await this.#ask(await chain.locator());
      if (page.forked) {
        const other = await this.#longerChain();
        if (other === undefined)
          return { forked: true, error: 'the peer is on another chain; nothing was merged' };
        const place = await chain.reset();
        this.#options.onChainSetAside?.(place);
        page = other;
      }
      const { accepted, refused } = await chain.ingest(page.events, { signal: this.#signal });
      this.#accepted += accepted;
      const more =
        accepted > 0 &&
        refused === undefined &&
        page.events.length === pageLimit &&
        page.headHash !== chain.head();
      if (accepted > 0) this.#report(page.events[accepted - 1], pages, more);
      if (refused !== undefined) throw this.#failed(refused);
      if (accepted === 0) await this.#checkLevel(page);
      if (!more) return { head: chain.head() };
      if (pages >= maxPages || this.#monotonic() > lastStart) return { head: chain.head(), more: true };
    }
  }

  /** Duplicates come first in a page, if at all, so that this is the newest event kept or one close to it. */
  #report(newest: JsonValue | undefined, pages: number, more: boolean): void {
    const { pageLimit, maxPages } = this.#options;
    const timestamp = isJsonObject(newest) ? newest.get('timestamp') : undefined;
    this.#options.onProgress?.({
      peerUrl: this.#peerUrl,
      accepted: this.#accepted,
      pages,
      maxPages,
      eventsAtMost: pageLimit * maxPages,
      more,
      newestAt: timestamp instanceof JsonNumber ? Number(timestamp.text) : undefined,
    });
  }

  close(): void {
    this.#link.close();
  }

  async #ask(locator: readonly string[]): Promise<SyncPage> {
    const { pageLimit } = this.#options;
    const body = await this.#link.post(writeSyncRequest(locator, pageLimit));
    try {
      return readSyncPage(body, pageLimit);
    } catch (error) {
      if (error instanceof PageRefused) throw this.#failed(error.message, error);
      throw error;
    }
  }

  /** The first page of the peer's chain, if ours is to give way to it: it must be longer, and verify. */
  async #longerChain(): Promise<SyncPage | undefined> {
    const { chain, replaceForkedChain } = this.#options;
    const count = chain.count();
    if (!replaceForkedChain || count === 0 || count >= LONG_CHAIN) return undefined;
    const page = await this.#ask([GENESIS_HASH]);
    const scratch = createMemoryChain();
    const { accepted, refused }: Ingested = await scratch.ingest(page.events, { signal: this.#signal });
    return !page.forked && refused === undefined && accepted > count ? page : undefined;
  }

  /** A peer that has nothing new for us and stands elsewhere has not synced us. */
  async #checkLevel({ headHash }: SyncPage): Promise<void> {
    const { chain } = this.#options;
    if (headHash === (chain.head() || GENESIS_HASH)) return;
    const known = await chain.page([headHash], { limit: 1, publicOnly: false });
    const where = known.forked ? 'is not ours' : 'is behind ours';
    throw this.#failed(`nothing new, though the peer's head ${shortHash(headHash)} ${where}`);
  }

  #failed(message: string, cause?: unknown): PeerSyncProtocolError {
    // Where private events are left out, the next public one follows an event that we were not shown.
    const hint = this.#isPublic
      ? '; private events are served on private transports only (onion, loopback)'
      : message.includes(' follows ')
        ? '; if it leaves out private events, it must serve them to us'
        : '';
    return new PeerSyncProtocolError(message + hint, { status: 200, head: this.#progress(), cause });
  }

  #progress(): string | undefined {
    return this.#accepted > 0 ? this.#options.chain.head() : undefined;
  }
}
