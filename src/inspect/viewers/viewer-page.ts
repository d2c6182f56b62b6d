/**
 * The address of a third-party page, as configured.
 *
 * @throws TypeError for anything but an http or https address
 */
export function viewerPage(page: string, what: string): URL {
  const url = URL.canParse(page) ? new URL(page) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    const shown = url === undefined ? JSON.stringify(page) : `${url.protocol}//${url.host}`;
    throw new TypeError(
      `${what} is ${shown}; allowed is the http or https address of a page, without credentials`,
    );
  }
  return url;
}
