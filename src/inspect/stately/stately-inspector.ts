import { systemReport } from '../../clock/system-ports.ts';
import type { InspectorPart } from '../inspector-part.ts';
import { type Broadcast, createBroadcast } from '../viewers/broadcast.ts';
import { plainValue } from '../viewers/plain-value.ts';
import { viewerPage } from '../viewers/viewer-page.ts';
import { relayPage } from './relay-page.ts';
import { createStatelyWire, type StatelyEvent } from './stately-wire.ts';

/** Options of `statelyInspector()`. */
export interface StatelyInspectorOptions {
  /** @default 'https://stately.ai/inspect' */
  readonly page?: string | undefined;
  /**
   * Changes an event before it leaves the process, or drops it by returning undefined. It gets plain JSON, and its result is
   * cleaned again: user names and passwords in URLs are removed before and after.
   *
   * @default sends every event unchanged
   */
  readonly sanitize?: ((event: StatelyEvent) => unknown) | undefined;
}

/**
 * Serves the Stately Inspector through our relay page, which asks first and then forwards what the workers emit to the
 * inspector's page. Until then nothing is attached to a worker, and the inspector's page cannot send anything to one.
 *
 * @throws TypeError for a page that is not an http or https address
 */
export function statelyInspector(options: StatelyInspectorOptions = {}): InspectorPart {
  const page = viewerPage(options.page ?? 'https://stately.ai/inspect', 'The page of the Stately Inspector');
  const sanitized = guardedHook(options.sanitize);
  const broadcast: Broadcast = createBroadcast({
    translate: (name) => {
      const wire = createStatelyWire(name);
      return (event) => {
        const given = sanitized(wire(event));
        return given === undefined ? [] : [JSON.stringify(given)];
      };
    },
    // This inspector is read-only: messages of viewers are ignored.
    joined: (viewer) => broadcast.watch(viewer),
  });
  return {
    ...broadcast,
    path: '/stately',
    // Only our relay page may connect: on any other page nobody has agreed to send anything.
    origins: [],
    viewUrl: (server) => `${server}/stately`,
    page: (host) => relayPage({ page, workers: [...broadcast.workers.keys()], host }),
  };
}

/** If the hook throws, the event is not sent; the first such error is reported. */
function guardedHook(
  sanitize: StatelyInspectorOptions['sanitize'],
): (event: StatelyEvent | undefined) => unknown {
  let hasFailed = false;
  return (event) => {
    if (event === undefined || sanitize === undefined) return event;
    try {
      const given = sanitize(event);
      // A hook may return anything, so clean its result again.
      return given === undefined ? undefined : plainValue(given);
    } catch (cause) {
      if (!hasFailed) systemReport(new Error('sanitize threw; the event was not sent', { cause }));
      hasFailed = true;
      return undefined;
    }
  };
}
