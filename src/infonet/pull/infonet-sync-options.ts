import type { ChainStore } from '../chain/chain-store.ts';
import type { HostPort } from '../host-port.ts';
import type { HydrationOptions } from '../hydration/hydrate-chain.ts';
import { MAX_PAGE_LIMIT } from '../protocol.ts';
import { wholeOption } from '../whole-option.ts';
import { readProxyAddress } from './socks-proxy.ts';

/** How far one attempt has come, after a page of it. */
export interface PullProgress {
  readonly peerUrl: string;
  /** Events verified and kept in this attempt so far. */
  readonly accepted: number;
  /** Pages asked for so far, this one with them. */
  readonly pages: number;
  readonly maxPages: number;
  /** The most events this attempt can bring. How many there are beyond that the protocol does not say. */
  readonly eventsAtMost: number;
  /** Whether the peer has more events than this. */
  readonly more?: boolean;
  /** The timestamp of the newest event kept, in Unix seconds: how far behind the present the chain still is. */
  readonly newestAt?: number | undefined;
}

/** Where to pull to, from which networks, and how much at a time. */
export interface InfonetSyncOptions {
  /** What is pulled goes here, verified; where it stands is what is asked for. */
  readonly chain: ChainStore;
  /** Whether peers may be asked over clearnet too; without it, over onion and loopback only. @default false */
  readonly allowClearnet?: boolean | undefined;
  /** The SOCKS5 proxy that resolves onion names. @default '127.0.0.1:9050' */
  readonly socksProxy?: string | undefined;
  /** Milliseconds for one request to a peer that is no onion service, from the connection to the last byte. @default 5000 */
  readonly requestTimeoutMs?: number | undefined;
  /** Milliseconds for Tor to connect to an onion service; the first time takes the longest. @default 60,000 */
  readonly onionConnectTimeoutMs?: number | undefined;
  /** Milliseconds for one answer of an onion service, once there is a connection. @default 30,000 */
  readonly onionRequestTimeoutMs?: number | undefined;
  /** A body above this is refused while it arrives. @default 32 MiB */
  readonly maxBodyBytes?: number | undefined;
  /** Events a page, 1 to 500. @default 500 */
  readonly pageLimit?: number | undefined;
  /** Pages an attempt; none begins after 120 s. The next attempt goes on from there. @default 20 */
  readonly maxPages?: number | undefined;
  /**
   * Whether a local chain of fewer than 20 events that forked gives way: it is set aside, where it is kept, if the
   * peer has a longer one that verifies. @default false
   */
  readonly replaceForkedChain?: boolean | undefined;
  /**
   * Where the private events of the chain go: all that were not handed on before when the first attempt begins, and new ones
   * after each page, as `hydrateChain` does. @default nowhere
   */
  readonly hydrate?: HydrationOptions | undefined;
  /** Told where a chain that gave way is kept. */
  readonly onChainSetAside?: ((place: string) => void) | undefined;
  /** Told after each page that was kept. What it throws fails the attempt. */
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  /** PEM certificates to trust in place of the system's, for https on a network of one's own. */
  readonly ca?: string | undefined;
}

/** With all defaults filled in. @internal */
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
    // In so many words: a value that is merely truthy allows nothing.
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
