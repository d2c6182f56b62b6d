import { durationText } from '../../explain/time-text.ts';
import type { FigureUnit } from '../figures/figures.ts';

/** A figure with its unit: `12/s`, `1,204`, `29 min 28 s`; `–` if there is nothing to recover from. */
export function figureText(value: number | null, unit: FigureUnit): string {
  if (value === null) return '–';
  if (value === Number.POSITIVE_INFINITY) return 'not all';
  if (unit === 'seconds') return durationText(value);
  return unit === 'requests a second' ? `${numberText(value)}/s` : numberText(value);
}

/** The same for a table: from two minutes on, in whole minutes, rounded up. */
export function figureCell(value: number | null, unit: FigureUnit): string {
  const isLong = unit === 'seconds' && value !== null && value >= 120 && Number.isFinite(value);
  return figureText(isLong ? Math.ceil(value / 60) * 60 : value, unit);
}

/** With at most two decimal places. */
export function numberText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 });
}
