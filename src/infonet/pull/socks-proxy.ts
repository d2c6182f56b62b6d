import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type HostPort, readHostPort } from '../host-port.ts';
import { SocksRefused, socksReply } from './socks-replies.ts';

/**
 * Reads `host:port`.
 *
 * @throws RangeError naming the value and what is allowed
 */
export function readProxyAddress(text: string): HostPort {
  const address = readHostPort(text);
  if (address !== undefined && address.port > 0) return address;
  throw new RangeError(`socksProxy is ${JSON.stringify(text)}; allowed is host:port, such as 127.0.0.1:9050`);
}

const VERSION = 5;
const NO_LOGIN = 0;
const LOGIN = 2;
const NAME = 3;

/** Tor gives each login circuits of its own (IsolateSOCKSAuth): ours are not shared with other programs. */
const login = randomBytes(16).toString('hex');

/**
 * Connects through a SOCKS5 proxy (RFC 1928). The proxy resolves the name: an onion name must never reach a DNS server.
 *
 * Written here, for the `socks` package knows only the replies 0 to 8 and keeps the code of any other to itself.
 *
 * @throws SocksRefused, or the reason of the signal
 */
export async function connectThroughProxy(
  destination: { readonly host: string; readonly port: number },
  proxy: HostPort,
  signal: AbortSignal,
): Promise<Socket> {
  const name = `the SOCKS proxy at ${proxy.host}:${proxy.port}`;
  const socket = connect({ ...proxy, noDelay: true });
  try {
    await once(socket, 'connect', { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw notThere(name, error);
    });
    await greet(socket, name, signal);
    const host = Buffer.from(destination.host);
    const port = Buffer.from([destination.port >> 8, destination.port & 0xff]);
    socket.write(Buffer.concat([Buffer.from([VERSION, 1, 0, NAME, host.length]), host, port]));
    const [, code = 1] = await readBytes(socket, 2, signal);
    if (code !== 0) throw socksReply(code);
    const [, kind] = await readBytes(socket, 2, signal);
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await readBytes(socket, 1, signal))[0] ?? 0);
    await readBytes(socket, length + 2, signal);
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    if (error instanceof SocksRefused) throw error;
    throw new SocksRefused(
      {
        sentence: `${name} closed the connection`,
        advice: 'See the log of Tor: it may be stopping, or still starting.',
      },
      { cause: error },
    );
  }
}

/** Agrees on a login: a proxy that wants none is given none. */
async function greet(socket: Socket, name: string, signal: AbortSignal): Promise<void> {
  socket.write(Buffer.from([VERSION, 2, NO_LOGIN, LOGIN]));
  const answer = await readBytes(socket, 2, signal).catch(() => {
    signal.throwIfAborted();
    throw notSocks(name);
  });
  if (answer[0] !== VERSION) throw notSocks(name);
  if (answer[1] === NO_LOGIN) return;
  if (answer[1] === LOGIN) {
    // RFC 1929.
    const text = Buffer.from(login);
    const [length] = [text.length];
    socket.write(Buffer.concat([Buffer.from([1, length]), text, Buffer.from([length]), text]));
    const [, status] = await readBytes(socket, 2, signal);
    if (status === 0) return;
  }
  throw new SocksRefused({
    sentence: `${name} asks for a login of its own`,
    advice: 'Name the SOCKS port of Tor with --socks-proxy.',
    isLocal: true,
  });
}

/** @throws Error if the socket ends before it has brought so many bytes */
async function readBytes(socket: Socket, count: number, signal: AbortSignal): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = socket.read(count);
    if (bytes !== null && bytes.length === count) return bytes;
    if (bytes !== null || socket.readableEnded || socket.destroyed) throw new Error('the connection ended');
    await once(socket, 'readable', { signal });
  }
}

function notThere(name: string, cause: unknown): SocksRefused {
  const why = cause instanceof Error ? cause.message : String(cause);
  const sentence = `${name} is not there: ${why}`;
  const advice = 'Start Tor, or name its SOCKS port with --socks-proxy.';
  return new SocksRefused({ sentence, advice, isLocal: true }, { cause });
}

function notSocks(name: string): SocksRefused {
  return new SocksRefused({
    sentence: `${name} is not a SOCKS5 port`,
    advice:
      'Name the SOCKS port of Tor with --socks-proxy: not its control port, nor the one of an HTTP proxy.',
    isLocal: true,
  });
}
