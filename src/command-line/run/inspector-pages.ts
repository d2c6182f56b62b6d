import type { InspectOptions } from '../../inspect/inspection.ts';
import type { InspectorPart } from '../../inspect/inspector-part.ts';
import type { Settings } from '../settings/settings.ts';

/** What the settings say of the inspector, beside its port. The code of a viewer that is not asked for is not loaded. */
export async function pagesOf({
  inspectControl: control,
  inspectStately,
  inspectClassic,
}: Pick<Settings, 'inspectControl' | 'inspectStately' | 'inspectClassic'>): Promise<
  Pick<InspectOptions, 'control' | 'parts'>
> {
  const parts: InspectorPart[] = [];
  if (inspectStately !== false) {
    const { statelyInspector } = await import('../../inspect/stately/index.ts');
    parts.push(statelyInspector(pageOf(inspectStately)));
  }
  if (inspectClassic !== false) {
    const { classicInspector } = await import('../../inspect/classic/index.ts');
    parts.push(classicInspector({ ...pageOf(inspectClassic), control }));
  }
  return { control, parts };
}

function pageOf(setting: string | true): { readonly page?: string } {
  return typeof setting === 'string' ? { page: setting } : {};
}
