import { editDistance } from '../../control/edit-distance.ts';

/** `; did you mean pageLimit?` where one of the names is close enough to be meant; else ''. */
export function suggestion(name: string, known: readonly string[]): string {
  const [nearest] = known
    .map((one) => ({ one, edits: editDistance(plain(name), plain(one)) }))
    .filter(({ one, edits }) => edits <= Math.max(1, Math.floor(one.length / 3)))
    .toSorted((a, b) => a.edits - b.edits);
  return nearest === undefined ? '' : `; did you mean ${nearest.one}?`;
}

/** Spellings such as page-limit and page_limit are taken for what they mean. */
function plain(name: string): string {
  return name.replace(/[-_\s]/g, '').toLowerCase();
}
