import { BlockList, isIP } from 'node:net';
import { describe } from '../policy/wire-fields.ts';

const addresses = new BlockList();
addresses.addSubnet('127.0.0.0', 8, 'ipv4');
addresses.addAddress('::1', 'ipv6');

/** Whether a host, by its name alone, is this machine and can be no other. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  const family = isIP(name);
  return name === 'localhost' || (family !== 0 && addresses.check(name, family === 6 ? 'ipv6' : 'ipv4'));
}

/** @throws RangeError for a host that others could reach */
export function checkLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new RangeError(
    `host is ${describe(host)}; allowed are 127.0.0.1 and other addresses of the loopback, ::1 and localhost; to be reached from elsewhere, put a proxy with authentication before it`,
  );
}

/**
 * Whether a request was meant for this machine by name. A page of the web whose domain was made to point here
 * (DNS rebinding) sends its own name as Host.
 */
export function isForLoopback(hostHeader: string | undefined): boolean {
  const url = `http://${hostHeader ?? ''}`;
  if (!/^[\w.[\]:-]+$/.test(hostHeader ?? '') || !URL.canParse(url)) return false;
  return isLoopback(new URL(url).hostname);
}
