/** Milliseconds. */
const length = 500;

/** Milliseconds between the flashes of two steps, so that the way taken can be followed. */
const stagger = 90;

const flashing = new WeakSet<Element>();

/** Flashes the nodes of each step, one step after the other; one that flashes already is left alone. */
export function flash(steps: readonly (readonly Element[])[]): void {
  for (const [index, nodes] of steps.entries()) {
    for (const node of nodes) {
      if (flashing.has(node)) continue;
      flashing.add(node);
      const shades = [{ opacity: 1 }, { opacity: 0.15 }, { opacity: 1 }];
      const animation = node.animate(shades, { duration: length, delay: index * stagger });
      animation.addEventListener('finish', () => flashing.delete(node));
    }
  }
}
