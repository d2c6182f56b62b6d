import type { Plugin } from 'vite';

/**
 * `@statelyai/inspect` is one file that also imports what its other inspectors need: a WebSocket, a party, a
 * serializer. None of these does anything by being imported, so a build may leave out what is not used.
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
