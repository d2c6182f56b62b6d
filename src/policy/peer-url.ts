import { shown } from './wire-fields.ts';

/**
 * The one spelling of a peer's URL: lower-case scheme and host, no default port, no trailing slash. Two spellings of
 * one peer would have two memories of its Retry-After.
 *
 * @throws TypeError for anything that is no absolute URL, has a query or fragment, or carries credentials (not shown)
 */
export function normalizePeerUrl(value: string, what = 'peerUrl'): string {
  const text = typeof value === 'string' ? value.trim() : '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.host === '') {
    const safe = shown(typeof value !== 'string' ? value : text.replace(/[^/]*@/, '…@'));
    throw new TypeError(`${what} is ${safe}; allowed is an absolute URL such as https://peer.example`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`${what} carries credentials (not shown here); allowed is a URL without them`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new TypeError(`${what} is ${shown(value)}; allowed is a URL without query and fragment`);
  }
  return `${url.protocol}//${url.host.toLowerCase()}${url.pathname.replace(/\/+$/, '')}`;
}
