import { createHash } from 'node:crypto';
import type { HttpAnswer } from '../../http/http-answer.ts';
import { relayScript } from './relay-script.ts';

/** The style of the relay page, for light and dark and for narrow screens. */
const relayStyle = `
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

/** Options of the relay page. */
export interface RelayPageOptions {
  /** The page of the inspector. */
  readonly page: URL;
  readonly workers: readonly string[];
  /** The Host header of the request for the relay page. */
  readonly host: string;
}

/** The page that asks before anything is sent, with a Content-Security-Policy that allows nothing else. */
export function relayPage({ page, workers, host }: RelayPageOptions): HttpAnswer {
  const origin = escapeHtml(page.origin);
  const watched = workers.map((name) => `<b>${escapeHtml(name)}</b>`).join(', ') || 'none yet';
  const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Stately Inspector: infonet-sync-worker</title>
<style>${relayStyle}</style>
<body data-page="${escapeHtml(page.href)}">
<header>
<div id="consent">
<h1>Show this process to ${origin}?</h1>
<p>The Stately Inspector is a page of <b>${origin}</b>. It sees, and may keep, everything that is sent to it. Nothing
is sent before you press a button.</p>
<p>What is sent: the chart, and from then on every event and every state of the workers (${watched}). They contain the
addresses of their peers, their records and errors, chain heads and times. User names and passwords in URLs are removed.
That page cannot send anything to a worker.</p>
<button id="here">Send to ${origin}, and show it here</button>
<button id="window">Send to ${origin}, in a new window</button>
</div>
<div id="sending" hidden>
<p><span id="sees" hidden><b>${origin}</b> sees what the workers do.</span> <button id="stop">Stop sending</button></p>
</div>
<p id="state" role="status">Nothing was sent.</p>
<p id="ways" hidden>Alternatives: stop, and open it in a new window; or use <a href="/">the page of this process</a>,
which needs no other site.</p>
</header>
<main id="place"></main>
<script>${relayScript}</script>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(relayScript)}`,
    `style-src ${hashOf(relayStyle)}`,
    `connect-src ws://${host} ${page.origin}`,
    `frame-src ${page.origin}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const headers = {
    'content-security-policy': policy,
    // The window that this page opens must be able to send messages back.
    'cross-origin-opener-policy': 'unsafe-none',
  };
  return { status: 200, type: 'text/html; charset=utf-8', body, headers };
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
