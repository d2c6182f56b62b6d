import { createWebSocketReceiver } from '@xstate/inspect/lib/browser.js';

// As the open-source visualizer does with the addresses it is opened with.
const [protocol, server] = new URLSearchParams(location.search).get('server').split('://');
const states = [];
let machine;
createWebSocketReceiver({ protocol, server }).subscribe(
  (event) => {
    if (event.type === 'service.register') machine = event.machine;
    if (event.type !== 'service.event' && event.state) {
      const { configuration } = machine.resolveState(event.state);
      states.push(configuration.at(-1).id);
    }
  },
  () => {
    window.refused = true;
  },
);
window.states = () => states;
