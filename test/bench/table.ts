/** One part of the report: a title with its column heads, and rows of a label and figures. */
export interface Table {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly [label: string, ...cells: string[]])[];
}

const LABEL_WIDTH = 44;
const CELL_WIDTH = 13;

export function showTable({ title, heads, rows }: Table): string {
  return [[title, ...heads] as const, ...rows.map(([label, ...cells]) => [`  ${label}`, ...cells] as const)]
    .map(
      ([label, ...cells]) =>
        label.padEnd(LABEL_WIDTH) + cells.map((cell) => cell.padStart(CELL_WIDTH)).join(''),
    )
    .join('\n');
}

/** How a figure stands to a target it should not exceed. */
export function verdict(figure: number, most: number, unit: string): string {
  return `   target ≤ ${most}${unit}: ${figure <= most ? 'ok' : 'MISSED'}`;
}

/** How a figure stands to a target it should reach. */
export function verdictAtLeast(figure: number, least: number, unit: string): string {
  return `   target ≥ ${least}${unit}: ${figure >= least ? 'ok' : 'MISSED'}`;
}
