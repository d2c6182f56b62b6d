import type { Socket } from 'node:net';

const START = 'PROXY ';
/** The longest line of version 1 of the PROXY protocol, with its end. */
const MAX_BYTES = 107;
/** `HiddenServiceExportCircuitID haproxy`: the address is fc00:dead:beef:4dad:: and the number of the circuit. */
const CIRCUIT = /^PROXY TCP6 fc00:dead:beef:4dad::([0-9a-f:]{1,9}) \S+ \d+ \d+$/i;

/**
 * Reads the line that Tor puts before what an onion caller sends, where it has been told to name circuits. A connection
 * without that line is left as it came.
 *
 * @param done is not called for a connection that ends before, or whose line is none
 */
export function readProxyLine(socket: Socket, done: (circuit: string | undefined) => void): void {
  let held = Buffer.alloc(0);
  const read = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    held = Buffer.concat([held, chunk]);
    const start = held.toString('latin1', 0, MAX_BYTES);
    const end = start.indexOf('\r\n');
    const isLine = start.startsWith(START);
    if (isLine ? end < 0 && held.length < MAX_BYTES : START.startsWith(start)) return;
    socket.off('readable', read);
    if (isLine && end < 0) {
      socket.destroy();
      return;
    }
    const rest = isLine ? held.subarray(end + 2) : held;
    if (rest.length > 0) socket.unshift(rest);
    done(isLine ? CIRCUIT.exec(start.slice(0, end))?.[1] : undefined);
  };
  socket.on('readable', read);
}
