import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { SocksClient } from 'socks';
import { buildConnector } from 'undici';

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port`.
 *
 * @throws RangeError naming the value and what is allowed
 */
export function readProxyAddress(text: string): ProxyAddress {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:]+)\]|([^\s:/@[\]]+)):([0-9]{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new RangeError(
      `socksProxy is ${JSON.stringify(text)}; allowed is host:port, such as 127.0.0.1:9050`,
    );
  }
  return { host, port };
}

export interface SocksConnectorOptions {
  readonly proxy: ProxyAddress;
  readonly timeoutMs: number;
  /** PEM; trusted in place of the certificates of the system. */
  readonly ca?: string | undefined;
  /** Ends a connection in the making, which the proxy may have made to wait. */
  readonly signal: AbortSignal;
}

/** Connects through a SOCKS5 proxy. The proxy resolves the name: an onion name must never reach a DNS server. */
export function socksConnector(options: SocksConnectorOptions): buildConnector.connector {
  const { timeoutMs, ca } = options;
  const trust = ca === undefined ? {} : { ca };
  const secure = buildConnector({ timeout: timeoutMs, rejectUnauthorized: true, ...trust });
  return (target, callback) => {
    throughProxy(target, options).then(
      (socket) => {
        if (target.protocol === 'https:') secure({ ...target, httpSocket: socket }, callback);
        else callback(null, socket.setNoDelay());
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

async function throughProxy(
  { hostname, port, protocol }: buildConnector.Options,
  { proxy, timeoutMs, signal }: SocksConnectorOptions,
): Promise<Socket> {
  const toProxy = connectTcp({ ...proxy, signal });
  try {
    await once(toProxy, 'connect');
  } catch (error) {
    throw new Error(`the SOCKS proxy at ${proxy.host}:${proxy.port} is not there`, { cause: error });
  }
  const { socket } = await SocksClient.createConnection({
    proxy: { ...proxy, type: 5 },
    command: 'connect',
    destination: { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) },
    existing_socket: toProxy,
    timeout: timeoutMs,
  });
  return socket;
}
