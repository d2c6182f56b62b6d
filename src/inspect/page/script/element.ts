/** @throws Error if the page has no such element of this kind: the page and its script are of two minds then */
export function byId<Kind extends Element>(id: string, kind: abstract new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} with the id ${id}`);
  return found;
}

/** Text goes in as text, never as markup: what peers say of themselves is shown here. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = '',
  text = '',
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== '') made.textContent = text;
  return made;
}

/** Leaves a node alone whose text is the same, so that nothing is laid out anew and no selection is lost. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** As with the text. */
export function setTitle(node: HTMLElement, title: string): void {
  if (node.title !== title) node.title = title;
}

/** As with the text. */
export function setClass(node: HTMLElement, className: string): void {
  if (node.className !== className) node.className = className;
}
