import { createBrowserReceiver } from '@statelyai/inspect';

const events = [];
window.addEventListener('message', ({ origin }) => {
  window.senders = [...new Set([...(window.senders ?? []), origin])];
});
createBrowserReceiver().subscribe((event) => {
  events.push(event);
});
window.statesOf = () =>
  events
    .filter(({ type, sessionId, rootId }) => type === '@xstate.snapshot' && sessionId === rootId)
    .map(({ snapshot }) => JSON.stringify(snapshot.value));
window.definition = () => events.find(({ type }) => type === '@xstate.actor')?.definition;
