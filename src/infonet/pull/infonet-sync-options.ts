import type { ChainStore } from '../chain/chain-store.ts';
import type { HostPort } from '../host-port.ts';
import type { HydrationOptions } from '../hydration/hydrate-chain.ts';
import { MAX_PAGE_LIMIT } from '../protocol.ts';
import { wholeOption } from '../whole-option.ts';
import { readProxyAddress } from './socks-proxy.ts';

/** The progress of an attempt, reported after each page. */
export interface PullProgress {
  readonly peerUrl: string;
  /** Events verified and stored in this attempt so far. */
  readonly accepted: number;
  /** Pages requested so far, including this one. */
  readonly pages: number;
  readonly maxPages: number;
  /** Maximum number of events this attempt can fetch. The protocol does not say how many the peer has. */
  readonly eventsAtMost: number;
  /** Whether the peer has more events. */
  readonly more?: boolean;
  /** The timestamp of the newest stored event, in Unix seconds: it shows how far behind the chain still is. */
  readonly newestAt?: number | undefined;
}

/** Options of `createInfonetSync`. */
export interface InfonetSyncOptions {
  /** The chain to pull into. Its locator decides what is requested; it verifies every event. */
  readonly chain: ChainStore;
  /** Whether to ask peers over clearnet too, not only over onion and loopback. @default false */
  readonly allowClearnet?: boolean | undefined;
  /** The SOCKS5 proxy that resolves onion names. @default '127.0.0.1:9050' */
  readonly socksProxy?: string | undefined;
  /** Milliseconds for one request to a peer that is not an onion service, from connecting to the last byte. @default 5000 */
  readonly requestTimeoutMs?: number | undefined;
  /** Milliseconds for Tor to connect to an onion service; the first connection takes longest. @default 60,000 */
  readonly onionConnectTimeoutMs?: number | undefined;
  /** Milliseconds for one answer of an onion service, once connected. @default 30,000 */
  readonly onionRequestTimeoutMs?: number | undefined;
  /** Maximum size of a response body in bytes; a larger one is refused while it arrives. @default 32 MiB */
  readonly maxBodyBytes?: number | undefined;
  /** Events per page, 1 to 500. @default 500 */
  readonly pageLimit?: number | undefined;
  /** Pages per attempt; no page starts after 120 s. The next attempt continues from there. @default 20 */
  readonly maxPages?: number | undefined;
  /**
   * Whether to replace a forked local chain of fewer than 20 events if the peer has a longer one that verifies. The local
   * chain is set aside, not deleted. @default false
   */
  readonly replaceForkedChain?: boolean | undefined;
  /**
   * Where to deliver the chain's private events, as `hydrateChain` does: those not delivered yet when the first attempt
   * starts, and new ones after each page. @default nowhere
   */
  readonly hydrate?: HydrationOptions | undefined;
  /** Called with the place of a chain that was replaced and set aside. */
  readonly onChainSetAside?: ((place: string) => void) | undefined;
  /** Called after each page with newly stored events. If it throws, the attempt fails. */
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  /** PEM certificates to trust instead of the system's, for https on a private network. */
  readonly ca?: string | undefined;
}

/** The options with all defaults filled in. @internal */
export interface ResolvedSyncOptions extends Omit<InfonetSyncOptions, 'socksProxy'> {
  readonly allowClearnet: boolean;
  readonly socksProxy: HostPort;
  readonly requestTimeoutMs: number;
  readonly onionConnectTimeoutMs: number;
  readonly onionRequestTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly pageLimit: number;
  readonly maxPages: number;
  readonly replaceForkedChain: boolean;
  readonly ca: string | undefined;
}

/** @throws RangeError naming the option, its value and what is allowed */
export function resolveSyncOptions(options: InfonetSyncOptions): ResolvedSyncOptions {
  return {
    ...options,
    // Only `true` itself allows anything; a truthy value does not.
    allowClearnet: options.allowClearnet === true,
    replaceForkedChain: options.replaceForkedChain === true,
    socksProxy: readProxyAddress(options.socksProxy ?? '127.0.0.1:9050'),
    requestTimeoutMs: wholeOption(options, 'requestTimeoutMs', 5_000, 600_000),
    onionConnectTimeoutMs: wholeOption(options, 'onionConnectTimeoutMs', 60_000, 600_000),
    onionRequestTimeoutMs: wholeOption(options, 'onionRequestTimeoutMs', 30_000, 600_000),
    maxBodyBytes: wholeOption(options, 'maxBodyBytes', 32 * 1024 * 1024, 512 * 1024 * 1024),
    pageLimit: wholeOption(options, 'pageLimit', MAX_PAGE_LIMIT, MAX_PAGE_LIMIT),
    maxPages: wholeOption(options, 'maxPages', 20, 1_000),
    ca: options.ca,
  };
}
