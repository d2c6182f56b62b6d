/** How items of a list become rows of the page. */
export interface RowMaker<Item, Row extends { readonly node: HTMLElement }> {
  key(item: Item): string;
  create(item: Item): Row;
  update(row: Row, item: Item): void;
}

/** Keeps a row for each item, in the items' order; a row stays the same node for as long as its item is there. */
export function createRows<Item, Row extends { readonly node: HTMLElement }>(
  list: HTMLElement,
  maker: RowMaker<Item, Row>,
): (items: readonly Item[]) => ReadonlyMap<string, Row> {
  let rows = new Map<string, Row>();
  return (items) => {
    const kept = new Map<string, Row>();
    for (const item of items) {
      const key = uniqueKey(maker.key(item), kept);
      const row = rows.get(key) ?? maker.create(item);
      maker.update(row, item);
      kept.set(key, row);
    }
    for (const [key, row] of rows) if (!kept.has(key)) row.node.remove();
    let before = list.firstElementChild;
    for (const { node } of kept.values()) {
      // A node that is in its place stays untouched: to insert it again would take the focus off it.
      if (node === before) before = before.nextElementSibling;
      else list.insertBefore(node, before);
    }
    rows = kept;
    return rows;
  };
}

function uniqueKey(key: string, taken: ReadonlyMap<string, unknown>): string {
  let unique = key;
  for (let again = 2; taken.has(unique); again += 1) unique = `${key} ${again}`;
  return unique;
}
