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
