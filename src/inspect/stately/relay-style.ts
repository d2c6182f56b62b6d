/** Of the relay page: light and dark, and on a phone's width. */
export const relayStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; }
header { padding: 1rem; overflow-wrap: anywhere; }
#consent { max-width: 44rem; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem; }
p { margin: .5rem 0; }
button { font: inherit; padding: .4rem .8rem; margin: .25rem .5rem .25rem 0; cursor: pointer; }
button:focus-visible { outline: 3px solid CanvasText; outline-offset: 2px; }
#state { font-variant-numeric: tabular-nums; }
main { flex: 1; display: flex; }
iframe { flex: 1; width: 100%; min-height: 20rem; border: 0; border-top: 1px solid GrayText; }
`;
