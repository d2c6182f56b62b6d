/**
 * What the relay page runs. Nothing is sent, and neither the worker nor the inspector's page is as much as asked,
 * before the click. The inspector's page then says that it listens; only then are the events fetched, so that none has
 * to be kept, and each is handed to that page's exact origin and to no other.
 */
export const relayScript = `
'use strict';
const page = document.body.dataset.page;
const origin = new URL(page).origin;
const state = document.querySelector('#state');
const consent = document.querySelector('#consent');
const sending = document.querySelector('#sending');
const place = document.querySelector('#place');
let target = null;
let feed = null;
let sent = 0;

const say = (text) => { state.textContent = text; };

function begin(open) {
  target = open();
  if (target === null) return say('The browser let no window open; allow it for this page, or look here instead.');
  consent.hidden = true;
  sending.hidden = false;
  say('Waiting for ' + origin + ' to listen. Nothing was sent yet.');
}

function end(text) {
  if (feed !== null) { feed.onclose = null; feed.close(); feed = null; }
  if (target !== null) target.postMessage({ type: '@statelyai.disconnected' }, origin);
  target = null;
  place.replaceChildren();
  consent.hidden = false;
  sending.hidden = true;
  say(text);
}

function fetchEvents() {
  if (feed !== null) { feed.onclose = null; feed.close(); }
  feed = new WebSocket('ws://' + location.host + '/stately/events');
  feed.onmessage = ({ data }) => {
    target.postMessage(JSON.parse(data), origin);
    sent += 1;
    say(sent + (sent === 1 ? ' event' : ' events') + ' sent to ' + origin);
  };
  feed.onclose = () => end('The worker\\'s inspection ended. Nothing is sent any more.');
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
document.querySelector('#stop').onclick = () => end('Stopped. Nothing is sent any more.');

window.addEventListener('message', ({ data, origin: from, source }) => {
  if (target === null || source !== target || from !== origin) return;
  if (typeof data === 'object' && data !== null && data.type === '@statelyai.connected') fetchEvents();
});
`;
