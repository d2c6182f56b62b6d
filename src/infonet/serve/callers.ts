import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../peer-network.ts';
import { callerOf } from './caller-limit.ts';
import { readProxyLine } from './proxy-line.ts';

/** Of one caller that can be told from others: by its address, or by its circuit. */
const MAX_CONNECTIONS_A_CALLER = 32;

/** Who is behind each connection. */
export class Callers {
  readonly #names = new Map<Socket, string>();
  readonly #counts = new Map<string, number>();

  get connections(): number {
    return this.#names.size;
  }

  nameOf(socket: Socket): string {
    return this.#names.get(socket) ?? '';
  }

  /**
   * Names the caller of a connection; one that has too many of them loses this one. Behind an address of this machine, a
   * proxy or Tor, there may be any number of callers.
   */
  set(socket: Socket, name: string, { isOne }: { readonly isOne: boolean }): void {
    if (!this.#names.has(socket)) socket.once('close', () => this.#drop(socket));
    this.#count(this.nameOf(socket), -1);
    this.#names.set(socket, name);
    if (this.#count(name, 1) > MAX_CONNECTIONS_A_CALLER && isOne) socket.destroy();
  }

  endAll(): void {
    for (const socket of this.#names.keys()) socket.destroy();
  }

  #drop(socket: Socket): void {
    this.#count(this.nameOf(socket), -1);
    this.#names.delete(socket);
  }

  #count(name: string, change: number): number {
    const count = (this.#counts.get(name) ?? 0) + change;
    if (count > 0) this.#counts.set(name, count);
    else this.#counts.delete(name);
    return count;
  }
}

export interface ConnectingOptions {
  readonly callers: Callers;
  readonly lineTimeout: number;
}

/** Learns who is behind a connection before HTTP begins on it: Tor may name the circuit in a line of its own. */
export function takeConnections(server: Server, { callers, lineTimeout }: ConnectingOptions): void {
  const serve = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const { remoteAddress: address = '' } = socket;
    // Tor on this machine hands on its callers over loopback; nobody else may name a circuit.
    const isLocal = networkOf(address.replace('::ffff:', '')) === 'loopback';
    callers.set(socket, callerOf(address), { isOne: !isLocal });
    const begin = (): void => {
      for (const listener of serve) listener.call(server, socket);
    };
    if (!isLocal) return begin();
    const failed = (): void => void socket.destroy();
    socket.once('error', failed).setTimeout(lineTimeout, failed);
    readProxyLine(socket, (circuit) => {
      socket.off('error', failed).setTimeout(0).off('timeout', failed);
      if (circuit !== undefined) callers.set(socket, `circuit ${circuit}`, { isOne: true });
      begin();
    });
  });
}
