import type { Plugin } from 'vite';

/**
 * `@xstate/inspect` was made for XState 4: what it requires as `xstate` is `xstate-v4`, and nobody else's `xstate` is.
 * The name is changed in the text, since a build asks no plugin about what it leaves out, and it leaves out `xstate`.
 */
export function xstateV4ForInspect(): Plugin {
  return {
    name: 'infonet-sync-worker:xstate-v4-for-inspect',
    enforce: 'pre',
    transform: {
      filter: { id: /[/\\]@xstate[/\\]inspect[/\\]/ },
      handler: (code) => ({ code: code.replaceAll("require('xstate')", "require('xstate-v4')"), map: null }),
    },
  };
}

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
