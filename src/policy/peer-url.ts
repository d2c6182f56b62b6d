import { describe } from './wire-fields.ts';

/** Longer than any real peer address; a longer text from a hostile file is refused unread. */
const MAX_CHARACTERS = 2048;

/**
 * Normalises a peer's URL: lower-case scheme and host, no default port, no trailing slash. With two spellings, one peer would
 * have two separate Retry-Afters.
 *
 * @throws TypeError for anything that is not an absolute URL, has a query or fragment, or carries credentials; possible
 * secrets are not shown
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
  // Prefer the caller's string: the new one is a concatenation, which would keep all its parts alive in every record.
  return address === text ? text : address;
}

function noUrl(shown: unknown, what: string): TypeError {
  return new TypeError(
    `${what} is ${describe(shown)}; allowed is an absolute URL such as https://peer.example`,
  );
}
