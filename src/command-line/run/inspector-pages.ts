import type { InspectOptions } from '../../inspect/inspection.ts';
import type { Settings } from '../settings/settings.ts';

/** What the settings say of the inspector, beside its port. */
export function pagesOf(
  settings: Pick<Settings, 'inspectControl' | 'inspectStately' | 'inspectClassic'>,
): Pick<InspectOptions, 'control' | 'stately' | 'classic'> {
  const { inspectControl, inspectStately, inspectClassic } = settings;
  return {
    control: inspectControl,
    stately: typeof inspectStately === 'string' ? { page: inspectStately } : inspectStately,
    classic: typeof inspectClassic === 'string' ? { page: inspectClassic } : inspectClassic,
  };
}
