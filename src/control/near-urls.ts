import { editDistance } from './edit-distance.ts';

/** The URLs a mistyped one may stand for: those that differ least, and by at most a third. The scheme counts for nothing. */
export function nearUrls(typed: string, urls: readonly string[]): readonly string[] {
  const near = urls
    .map((url) => ({ url, edits: editDistance(address(typed), address(url)) }))
    .filter(({ url, edits }) => edits <= Math.max(1, Math.floor(address(url).length / 3)));
  const fewest = near.reduce((least, { edits }) => Math.min(least, edits), Number.POSITIVE_INFINITY);
  return near.filter(({ edits }) => edits === fewest).map(({ url }) => url);
}

function address(url: string): string {
  return url.replace(/^[^/]*\/\//, '');
}
