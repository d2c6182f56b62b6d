import type { IncomingMessage } from 'node:http';
import { networkOf } from '../peer-network.ts';

/** What a proxy adds on the way. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via', 'cf-connecting-ip'];

/**
 * Whether the caller may see private events: it came over loopback, which is also how an onion service hands on its
 * callers, and asked for a loopback or onion host.
 *
 * A reverse proxy on this machine makes the whole internet come over loopback: the headers it adds, and the host it was
 * asked for, give that away. So does a web page that had its name point here.
 */
export function isPrivateCaller({ socket, headers }: IncomingMessage): boolean {
  const address = (socket.remoteAddress ?? '').replace('::ffff:', '');
  if (networkOf(address) !== 'loopback') return false;
  if (headers.origin !== undefined || FORWARDED.some((name) => headers[name] !== undefined)) return false;
  const host = headers.host === undefined ? undefined : `http://${headers.host}`;
  return host !== undefined && URL.canParse(host) && networkOf(new URL(host).hostname) !== 'clearnet';
}
