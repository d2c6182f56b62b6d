import type { ServingStatus } from '../infonet/serve/serving-status.ts';

/** What a listener has served, and how many it has limited. */
export function servingText(listener: ServingStatus): string {
  const { url, private: isPrivate, requests, limited, events, connections, requestsPerWindow } = listener;
  const what = isPrivate ? 'all events' : 'public events';
  const counts = `${requests} requests, ${limited} of them over the limit of ${requestsPerWindow}`;
  return `${what} at ${url}: ${events} events in ${counts}; ${connections} connected`;
}
