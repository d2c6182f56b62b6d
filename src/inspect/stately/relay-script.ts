/**
 * The script of the relay page. Before the click it sends nothing and contacts neither the worker nor the inspector's page. When
 * the inspector's page then reports that it is listening, the script fetches the events, so that it need not buffer any, and
 * posts each to that page's exact origin only.
 */
export const relayScript = `
'use strict';
const page = document.body.dataset.page;
const origin = new URL(page).origin;
const state = document.querySelector('#state');
const consent = document.querySelector('#consent');
const sending = document.querySelector('#sending');
const sees = document.querySelector('#sees');
const place = document.querySelector('#place');
const ways = document.querySelector('#ways');
let target = null;
let feed = null;
let sent = 0;
let patience;

const say = (text) => { state.textContent = text; };

function begin(open) {
  const opened = open();
  if (opened === null) return say('The browser blocked the window. Allow it for this page, or show it here instead.');
  target = opened;
  consent.hidden = true;
  sending.hidden = false;
  say('Opening ' + page + '. Nothing was sent yet.');
  // A frame that shows the browser's error page counts as loaded too, so check with a request.
  fetch(page, { mode: 'no-cors', credentials: 'omit', cache: 'no-store' }).then(
    () => report(opened, origin + ' opened; waiting for it to ask for events. Nothing was sent yet.'),
    () => {
      giveUp(opened, origin + ' did not open: the browser cannot reach it, blocks it, or was redirected. Nothing was sent yet.');
    },
  );
  patience = setTimeout(() => {
    giveUp(opened, opened.closed ? 'The window was closed. Nothing was sent.'
      : origin + ' opened, but has not asked for events for 15 s: it may have changed, or may not allow being embedded. Nothing was sent.');
  }, 15000);
}

function report(opened, text) {
  if (target === opened && feed === null) say(text);
}

function giveUp(opened, text) {
  clearTimeout(patience);
  if (target === opened && feed === null) ways.hidden = false;
  report(opened, text);
}

function end(text) {
  if (feed !== null) { feed.onclose = null; feed.close(); feed = null; }
  if (target !== null) target.postMessage({ type: '@statelyai.disconnected' }, origin);
  target = null;
  clearTimeout(patience);
  ways.hidden = true;
  place.replaceChildren();
  consent.hidden = false;
  sending.hidden = true;
  sees.hidden = true;
  say(text);
}

function fetchEvents() {
  clearTimeout(patience);
  ways.hidden = true;
  if (feed !== null) { feed.onclose = null; feed.close(); }
  feed = new WebSocket('ws://' + location.host + '/stately/events');
  feed.onmessage = ({ data }) => {
    target.postMessage(JSON.parse(data), origin);
    sees.hidden = false;
    sent += 1;
    say(sent + (sent === 1 ? ' event' : ' events') + ' sent to ' + origin);
  };
  feed.onclose = () => end('The inspection ended. Nothing more is sent.');
}

document.querySelector('#here').onclick = () => begin(() => {
  const frame = document.createElement('iframe');
  frame.title = 'The Stately Inspector';
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-popups allow-downloads');
  frame.src = page;
  place.replaceChildren(frame);
  return frame.contentWindow;
});
document.querySelector('#window').onclick = () => begin(() => window.open(page, 'infonet-sync-worker-inspector'));
document.querySelector('#stop').onclick = () => end('Stopped. Nothing more is sent.');

window.addEventListener('message', ({ data, origin: from, source }) => {
  if (target === null || source !== target || from !== origin) return;
  if (typeof data === 'object' && data !== null && data.type === '@statelyai.connected') fetchEvents();
});
`;
