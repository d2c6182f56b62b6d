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
  if (opened === null) return say('Blocked: the browser let no window open. Allow it for this page, or look here instead.');
  target = opened;
  consent.hidden = true;
  sending.hidden = false;
  say('Opening ' + page + '. Nothing was sent yet.');
  // A frame that shows the browser's own error has loaded too: what it holds can only be asked for.
  fetch(page, { mode: 'no-cors', credentials: 'omit', cache: 'no-store' }).then(
    () => tell(opened, origin + ' opened; waiting for it to ask for events. Nothing was sent yet.'),
    () => {
      giveUp(opened, origin + ' did not open: the browser does not reach it, or blocks it, or is led elsewhere. Nothing was sent yet.');
    },
  );
  patience = setTimeout(() => {
    giveUp(opened, opened.closed ? 'The window was closed. Nothing was sent.'
      : origin + ' opened, but for 15 s it has not asked for events: it may be another page by now, or let no other page show it. Nothing was sent.');
  }, 15000);
}

function tell(opened, text) {
  if (target === opened && feed === null) say(text);
}

function giveUp(opened, text) {
  clearTimeout(patience);
  if (target === opened && feed === null) ways.hidden = false;
  tell(opened, text);
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
