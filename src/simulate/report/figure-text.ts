import { durationText } from '../../explain/time-text.ts';
import type { FigureUnit } from '../figures/figures.ts';

/** A figure as people read it: `12/s`, `1,204`, `29 min 28 s`; null is nothing to recover from. */
export function figureText(value: number | null, unit: FigureUnit): string {
  if (value === null) return '–';
  if (value === Number.POSITIVE_INFINITY) return 'not all';
  if (unit === 'seconds') return durationText(value);
  return unit === 'requests a second' ? `${numberText(value)}/s` : numberText(value);
}

/** The same for a table: from two minutes on in whole ones. */
export function figureCell(value: number | null, unit: FigureUnit): string {
  const isLong = unit === 'seconds' && value !== null && value >= 120 && Number.isFinite(value);
  return figureText(isLong ? Math.ceil(value / 60) * 60 : value, unit);
}

/** At most two places behind the point. */
export function numberText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 });
}
