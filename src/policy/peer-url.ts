import { describe } from './wire-fields.ts';

/** Longer than any address a peer has; what a hostile file holds beyond that is not looked at. */
const MAX_CHARACTERS = 2048;

/**
 * The one spelling of a peer's URL: lower-case scheme and host, no default port, no trailing slash. Two spellings of
 * one peer would have two memories of its Retry-After.
 *
 * @throws TypeError for anything that is no absolute URL, has a query or fragment, or carries credentials; what may be
 * a secret is not shown
 */
export function normalizePeerUrl(value: string, what = 'peerUrl'): string {
  if (typeof value !== 'string') throw noUrl(value, what);
  const text = value.trim();
  if (text.length > MAX_CHARACTERS) {
    throw new TypeError(`${what} has ${text.length} characters; allowed are ${MAX_CHARACTERS}`);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === '') throw noUrl(text.replace(/.*@/s, '…@'), what);
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`${what} carries credentials (not shown here); allowed is a URL without them`);
  }
  const address = `${url.protocol}//${url.host.toLowerCase()}${url.pathname.replace(/\/+$/, '')}`;
  if (url.search !== '' || url.hash !== '') {
    throw new TypeError(
      `${what} is ${describe(address)} and more; allowed is a URL without query and fragment`,
    );
  }
  // The same text as one string: the new one is made of parts, each of them kept, in every record of every worker.
  return address === text ? text : address;
}

function noUrl(shown: unknown, what: string): TypeError {
  return new TypeError(
    `${what} is ${describe(shown)}; allowed is an absolute URL such as https://peer.example`,
  );
}
