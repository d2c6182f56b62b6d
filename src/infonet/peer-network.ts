import { BlockList, isIP } from 'node:net';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { messageOf } from '../policy/thrown.ts';

/** The network a peer is reached over. Loopback and onion are private. */
export type PeerNetwork = 'loopback' | 'onion' | 'clearnet';

/** The networks the operator allows. */
export interface NetworkRules {
  /** Whether peers may be asked over the internet and the local network. */
  readonly allowClearnet: boolean;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const local = new BlockList();
for (const [net, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const) {
  local.addSubnet(net, prefix, 'ipv4');
}
local.addSubnet('fc00::', 7, 'ipv6');
local.addSubnet('fe80::', 10, 'ipv6');

/** The network of a host, by its name alone: the transport in a peer record is only a claim. */
export function networkOf(host: string): PeerNetwork {
  const name = bareName(host);
  if (name === 'localhost' || name.endsWith('.localhost') || contains(loopback, name)) return 'loopback';
  return name.endsWith('.onion') ? 'onion' : 'clearnet';
}

/** Whether private events may be exchanged over this network. */
export function isPrivateNetwork(network: PeerNetwork): boolean {
  return network !== 'clearnet';
}

/** Why a peer with this URL is never asked, or undefined if it may be. */
export function networkRefusal(peerUrl: string, { allowClearnet }: NetworkRules): string | undefined {
  let url: URL;
  try {
    url = new URL(normalizePeerUrl(peerUrl));
  } catch (error) {
    return messageOf(error);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return `its scheme is ${url.protocol} and allowed are http: and https:`;
  }
  if (networkOf(url.hostname) !== 'clearnet') return undefined;
  if (!allowClearnet) return 'clearnet is not allowed; allowed are onion and loopback, or set allowClearnet';
  if (url.protocol === 'http:' && !isLocalNetwork(url.hostname)) {
    return 'plain http is allowed on the local network only; over the internet it is https';
  }
  return undefined;
}

function isLocalNetwork(host: string): boolean {
  const name = bareName(host);
  if (isIP(name) !== 0) return contains(local, name);
  return !name.includes('.') || name.endsWith('.local') || name.endsWith('.home.arpa');
}

/** The host without IPv6 brackets and without the trailing dot of a fully qualified name. */
function bareName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function contains(list: BlockList, name: string): boolean {
  const family = isIP(name);
  // An IPv4 address written as IPv6 (::ffff:7f00:1) is checked as IPv4 by BlockList itself.
  return family !== 0 && list.check(name, family === 6 ? 'ipv6' : 'ipv4');
}
