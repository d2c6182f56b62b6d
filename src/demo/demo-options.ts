import { networkRefusal } from '../infonet/index.ts';
import type { InspectOptions } from '../inspect/inspection.ts';
import { createPeerList, type PeerRecord } from '../policy/peer-record.ts';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { describe } from '../policy/wire-fields.ts';

/** What the demo is to show. */
export interface DemoOptions {
  /** Real peers to pull from; none: the tour. */
  readonly peers: readonly PeerRecord[];
  /** Undefined: until it is stopped. */
  readonly seconds: number | undefined;
  /** How it may be watched in a browser; undefined: not at all. */
  readonly inspect: Omit<InspectOptions, 'chains' | 'faults'> | undefined;
}

/** What a Node timer can wait. */
const MAX_SECONDS = 2_147_483;

/** @throws Error saying in one line what is wrong and what is allowed */
export function readDemoSeconds(text: string): number {
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds > 0 && seconds <= MAX_SECONDS) return seconds;
  throw new Error(`--seconds is ${describe(text)}; allowed is a number above 0 and up to ${MAX_SECONDS}`);
}

/** To name a peer is to allow its network, clearnet too. @throws Error saying in one line what is wrong and what is allowed */
export function readDemoPeers(texts: readonly string[]): readonly PeerRecord[] {
  const urls = texts.map(readPeer);
  const twice = urls.find((url, index) => urls.indexOf(url) !== index);
  if (twice !== undefined) throw new Error(`--peer names ${twice} twice; allowed is once`);
  return createPeerList(urls);
}

function readPeer(text: string): string {
  const peerUrl = normalizePeerUrl(text, '--peer');
  const refusal = networkRefusal(peerUrl, { allowClearnet: true });
  if (refusal === undefined) return peerUrl;
  throw new Error(`--peer is ${describe(peerUrl)}: ${refusal}`);
}
