/**
 * How Python spells the number that a JSON text stands for. The reference hashes and signs what its JSON module reads and
 * writes again, so an id or a signature over any other spelling matches nothing there.
 */
export function pythonSpelling(text: string): string {
  if (/^-?[0-9]+$/.test(text)) return text === '-0' ? '0' : text;
  const value = Number(text);
  if (value === 0) return text.startsWith('-') ? '-0.0' : '0.0';
  const size = Math.abs(value);
  // Within these JavaScript writes no exponent either, and as few digits as Python does.
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** A number as the reference takes it in an event: whole ones without a fraction, the others as Python spells them. */
export function spellNumber(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : pythonSpelling(String(value));
}
