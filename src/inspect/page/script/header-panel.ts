import { byId, setClass, setText } from './element.ts';
import type { Connection } from './feed.ts';
import type { Panel } from './panel.ts';
import { utcText } from './time-text.ts';

/** Which worker is watched, what time it is there, and whether that is still so. */
export interface HeaderPanel extends Panel {
  connection(connection: Connection): void;
}

/** @param choose called when the viewer takes another worker */
export function createHeaderPanel(choose: (worker: string) => void): HeaderPanel {
  const name = byId('worker-name', HTMLElement);
  const label = byId('worker-choice', HTMLElement);
  const choice = byId('workers', HTMLSelectElement);
  const clock = byId('clock', HTMLElement);
  const pill = byId('connection', HTMLElement);
  const words: Readonly<Record<Connection, string>> = {
    connecting: 'connecting…',
    live: 'live',
    lost: 'connection lost, trying again…',
  };
  choice.addEventListener('change', () => choose(choice.value));
  return {
    connection: (connection) => {
      setText(pill, words[connection]);
      setClass(pill, connection);
      document.body.toggleAttribute('data-stale', connection !== 'live');
    },
    show: ({ worker, workers }, now) => {
      label.hidden = workers.length < 2;
      name.hidden = workers.length > 1 || worker === 'worker';
      setText(name, worker);
      if ([...choice.options].map(({ value }) => value).join('\n') !== workers.join('\n')) {
        choice.replaceChildren(...workers.map((each) => new Option(each, each)));
      }
      if (choice.value !== worker && document.activeElement !== choice) choice.value = worker;
      setText(clock, utcText(now));
    },
  };
}
