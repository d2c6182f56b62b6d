import { parseArgs } from 'node:util';
import { networkRefusal } from '../infonet/index.ts';
import { createPeerList, type PeerRecord } from '../policy/peer-record.ts';
import { normalizePeerUrl } from '../policy/peer-url.ts';
import { shown } from '../policy/wire-fields.ts';

export const HELP = `Shows a sync worker at work.

  npm start                       a tour against small peers on this machine, no network needed
  npm start -- --peer URL         pulls from a real peer by the default policy; may be given several times.
                                  To name a peer is to allow its network, clearnet too: https, or http on the
                                  local network. A .onion peer is asked through Tor at 127.0.0.1:9050.
  npm start -- --seconds N        ends by itself after N seconds
  npm start -- --help             this text

Ctrl-C stops it.`;

export interface DemoArguments {
  readonly help: boolean;
  /** Empty: the tour. */
  readonly peers: readonly PeerRecord[];
  /** Undefined: until it is stopped. */
  readonly seconds: number | undefined;
}

/** What a Node timer can wait. */
const MOST_SECONDS = 2_147_483;

/** @throws Error saying in one line what is wrong and what is allowed */
export function readArguments(args: readonly string[]): DemoArguments {
  const { values } = parse(args);
  return {
    help: values.help ?? false,
    peers: readPeers(values.peer ?? []),
    seconds: values.seconds === undefined ? undefined : readSeconds(values.seconds),
  };
}

function parse(args: readonly string[]): {
  values: { help?: boolean; peer?: string[]; seconds?: string };
} {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        peer: { type: 'string', multiple: true },
        seconds: { type: 'string' },
      },
    });
  } catch (error) {
    // The first sentence says what is wrong; the rest of it is about positional arguments, and there are none here.
    const [what = ''] = String(error instanceof Error ? error.message : error).split(
      /\.? (?:To specify|Did you)|\n/,
    );
    throw new Error(`${what.replace(/\.$/, '')}; allowed are --peer URL, --seconds N and --help`, {
      cause: error,
    });
  }
}

function readSeconds(text: string): number {
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds > 0 && seconds <= MOST_SECONDS) return seconds;
  throw new Error(`--seconds is ${shown(text)}; allowed is a number above 0 and up to ${MOST_SECONDS}`);
}

function readPeers(texts: readonly string[]): readonly PeerRecord[] {
  const urls = texts.map(readPeer);
  const twice = urls.find((url, index) => urls.indexOf(url) !== index);
  if (twice !== undefined) throw new Error(`--peer names ${twice} twice; allowed is once`);
  return createPeerList(urls);
}

function readPeer(text: string): string {
  const peerUrl = normalizePeerUrl(text, '--peer');
  const refusal = networkRefusal(peerUrl, { allowClearnet: true });
  if (refusal === undefined) return peerUrl;
  throw new Error(`--peer is ${shown(peerUrl)}: ${refusal}`);
}
