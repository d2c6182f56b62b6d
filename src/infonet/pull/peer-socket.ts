import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { HostPort } from '../host-port.ts';
import { connectThroughProxy } from './socks-proxy.ts';

export interface PeerSocketOptions {
  /** The proxy to go through; undefined for a direct connection. */
  readonly proxy: HostPort | undefined;
  /** Milliseconds that one of several addresses of a name is given before the next one is tried. */
  readonly addressTimeoutMs: number;
  /** PEM; trusted in place of the certificates of the system. */
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
  /** Opens a TCP connection to the peer itself. @default Node's own */
  readonly connect?: Connect | undefined;
}

export type Connect = (options: TcpNetConnectOpts) => Socket;

/**
 * A connection to a peer, TLS with it where the URL is https.
 *
 * @throws what the connection says, SocksRefused, or the reason of the signal
 */
export async function connectPeer(url: URL, options: PeerSocketOptions): Promise<Socket> {
  const { proxy, ca, signal, addressTimeoutMs, connect = connectTcp } = options;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const opened =
    proxy === undefined
      ? await connected(
          connect({
            host,
            port,
            noDelay: true,
            autoSelectFamily: true,
            // Node's own 250 ms end a handshake that a slow network would have finished.
            autoSelectFamilyAttemptTimeout: addressTimeoutMs,
          }),
          'connect',
          signal,
        )
      : await connectThroughProxy({ host, port }, proxy, signal);
  if (url.protocol !== 'https:') return opened;
  const secure = connectTls({
    socket: opened,
    host,
    ALPNProtocols: ['http/1.1'],
    // Said aloud, since NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off for the whole process.
    rejectUnauthorized: true,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
  return connected(secure, 'secureConnect', signal);
}

async function connected<T extends Socket>(socket: T, event: string, signal: AbortSignal): Promise<T> {
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  }
}
