import type { ChainStore } from '../../infonet/chain/chain-store.ts';
import { readHostPort } from '../../infonet/host-port.ts';
import { createInfonetPeer, type InfonetPeer } from '../../infonet/serve/infonet-peer.ts';
import { CommandFailed, FAILED } from '../exit-status.ts';
import type { Settings } from '../settings/settings.ts';
import type { Closers } from './closers.ts';

export type ServeSettings = Pick<
  Settings,
  'serve' | 'servePrivate' | 'serveRequestsPerMinute' | 'serveTotalRequestsPerMinute'
>;

/**
 * The listeners that were asked for: one for everybody, and one for the onion service.
 *
 * @throws CommandFailed saying which cannot listen, and why
 */
export async function serveChain(
  settings: ServeSettings,
  chain: ChainStore,
  closers: Closers,
): Promise<InfonetPeer[]> {
  const { serve, servePrivate } = settings;
  const limits = {
    requestsPerWindow: settings.serveRequestsPerMinute,
    totalRequestsPerWindow: settings.serveTotalRequestsPerMinute,
    windowSeconds: 60,
  };
  const places = [
    ...(serve === false ? [] : [{ flag: '--serve', ...readHostPort(serve), private: false }]),
    ...(servePrivate === false
      ? []
      : [{ flag: '--serve-private', host: '127.0.0.1', port: servePrivate, private: true }]),
  ];
  const peers: InfonetPeer[] = [];
  for (const { flag, ...place } of places) {
    try {
      const peer = await createInfonetPeer({ chain, ...limits, ...place });
      closers.add(`the listener of ${flag}`, () => peer.close());
      peers.push(peer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandFailed(FAILED, `${reason}; choose another address with ${flag}`, { cause: error });
    }
  }
  return peers;
}
