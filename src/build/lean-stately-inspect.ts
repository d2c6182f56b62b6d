import type { Plugin } from 'vite';

/**
 * `@statelyai/inspect` is one file that also imports the dependencies of its other inspectors: a WebSocket, PartySocket, a
 * serializer. Importing them has no side effects, so the build may drop those that are not used.
 */
export function leanStatelyInspect(): Plugin {
  return {
    name: 'infonet-sync-worker:lean-stately-inspect',
    transform: {
      filter: {
        id: /[/\\]node_modules[/\\](@statelyai[/\\]inspect|superjson|copy-anything|is-what|partysocket|isomorphic-ws|fast-safe-stringify)[/\\]/,
      },
      handler: (code) => ({ code, map: null, moduleSideEffects: false }),
    },
  };
}
