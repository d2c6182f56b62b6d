/** How a piece of text is set. The sizes stand here because layout and drawing need the same ones. */
export type TextStyle = 'title' | 'name' | 'note' | 'event' | 'guard' | 'does' | 'tells';

export interface TextLook {
  /** Pixels. */
  readonly size: number;
  readonly bold: boolean;
  readonly italic: boolean;
}

export const textStyles: Readonly<Record<TextStyle, TextLook>> = {
  title: { size: 15, bold: true, italic: false },
  name: { size: 14, bold: true, italic: false },
  note: { size: 11.5, bold: false, italic: false },
  event: { size: 11.5, bold: true, italic: false },
  guard: { size: 11.5, bold: false, italic: false },
  does: { size: 11.5, bold: false, italic: false },
  tells: { size: 10.5, bold: false, italic: true },
};

/** Pixels from one baseline to the next. */
export function lineHeight(style: TextStyle): number {
  return Math.ceil(textStyles[style].size * 1.3);
}
