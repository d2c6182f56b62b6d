import { systemReport } from '../../clock/system-ports.ts';
import type { InspectorPart } from '../inspector-part.ts';
import { type Broadcast, createBroadcast } from '../viewers/broadcast.ts';
import { plainValue } from '../viewers/plain-value.ts';
import { viewerPage } from '../viewers/viewer-page.ts';
import { relayPage } from './relay-page.ts';
import { createStatelyWire, type StatelyEvent } from './stately-wire.ts';

/** Which page is shown the events, and what it gets to see. */
export interface StatelyInspectorOptions {
  /** @default 'https://stately.ai/inspect' */
  readonly page?: string | undefined;
  /**
   * Changes an event before it leaves the process, or drops it by giving undefined. It is given plain JSON, and what it
   * gives goes through the same once more: names and passwords of URLs are out before and after.
   *
   * @default every event leaves as it is
   */
  readonly sanitize?: ((event: StatelyEvent) => unknown) | undefined;
}

/**
 * The Stately Inspector: a page of ours that asks first, and then hands on to the inspector's page what the workers
 * emit. Nothing is attached to a worker before, and nothing that page says reaches one.
 *
 * @throws TypeError for a page that is no http or https address
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
    // Nothing a viewer says reaches a worker: this inspector only shows.
    joined: (viewer) => broadcast.watch(viewer),
  });
  return {
    ...broadcast,
    path: '/stately',
    // Its own page alone: what another page would get here has not been agreed to by anybody.
    origins: [],
    viewUrl: (server) => `${server}/stately`,
    page: (host) => relayPage({ page, workers: [...broadcast.workers.keys()], host }),
  };
}

/** A hook that throws lets nothing out, and says so once. */
function guardedHook(
  sanitize: StatelyInspectorOptions['sanitize'],
): (event: StatelyEvent | undefined) => unknown {
  let hasFailed = false;
  return (event) => {
    if (event === undefined || sanitize === undefined) return event;
    try {
      const given = sanitize(event);
      // A hook may give anything, so it goes through the same once more.
      return given === undefined ? undefined : plainValue(given);
    } catch (cause) {
      if (!hasFailed) systemReport(new Error('sanitize threw; what it threw at is not sent', { cause }));
      hasFailed = true;
      return undefined;
    }
  };
}
