import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A SOCKS5 proxy that connects to one port here whatever it is asked for: what Tor is to an onion peer. */
export interface OnionProxy {
  readonly address: string;
  /** What it was asked for: the kind of address (3 is a name, RFC 1928 §5), the name, the port. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function startOnionProxy(toPort: number): Promise<OnionProxy> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      // No authentication (RFC 1928 §3); then the request: version, command, reserved, kind of address, the name.
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request) => {
        const end = 5 + (request[4] ?? 0);
        asked.push(`${request[3]} ${request.subarray(5, end).toString()} ${request.readUInt16BE(end)}`);
        const onward = connect(toPort, '127.0.0.1', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          socket.pipe(onward).pipe(socket);
        });
        onward.on('error', () => socket.destroy());
        socket.on('close', () => onward.destroy());
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy got no port');
  return {
    address: `127.0.0.1:${address.port}`,
    asked,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
