import type { InspectOptions } from './inspection.ts';
import type { InspectorPart } from './inspector-part.ts';

/** The ways to watch that were asked for; the code of the others is not even loaded. */
export interface LoadedParts {
  readonly stately: InspectorPart | undefined;
  readonly classic: InspectorPart | undefined;
}

export async function loadParts({ stately, classic, control }: InspectOptions): Promise<LoadedParts> {
  return {
    stately: await wanted(stately, async (options) => {
      const { createStatelyPart } = await import('./stately/stately-part.ts');
      return createStatelyPart(options);
    }),
    classic: await wanted(classic, async (options) => {
      const { createClassicPart } = await import('./classic/classic-part.ts');
      return createClassicPart({ ...options, control });
    }),
  };
}

async function wanted<Options extends object>(
  asked: boolean | Options | undefined,
  load: (options: Options | Record<string, never>) => Promise<InspectorPart>,
): Promise<InspectorPart | undefined> {
  if (asked === undefined || asked === false) return undefined;
  return load(asked === true ? {} : asked);
}
