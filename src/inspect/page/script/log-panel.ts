import type { InspectorLine } from '../../inspector-view.ts';
import { byId, element, setText } from './element.ts';
import { clockText, utcText } from './time-text.ts';

/** Rows. What is older is let go of. */
const most = 500;

/** The event log, newest first. */
export interface LogPanel {
  /** @param dropped how many lines before these were not kept by the server */
  take(lines: readonly InspectorLine[], dropped: number): void;
  show(): void;
  clear(): void;
}

export function createLogPanel(): LogPanel {
  const list = byId('log', HTMLElement);
  const note = byId('log-note', HTMLElement);
  const pause = byId('pause', HTMLButtonElement);
  let paused = false;
  let waiting: (InspectorLine | number)[] = [];
  let waitingCount = 0;
  let newest: InspectorLine | undefined;

  const show = (): void => {
    if (paused) {
      setText(note, `${waitingCount} new since the pause`);
      return;
    }
    setText(note, list.children.length >= most ? `Newest first, the last ${most}` : 'Newest first');
    if (waiting.length === 0) return;
    const away = list.scrollTop > 0 ? list.scrollHeight - list.scrollTop : undefined;
    list.prepend(...waiting.map(row).reverse());
    while (list.children.length > most) list.lastElementChild?.remove();
    // Whoever reads further down keeps what they read before their eyes.
    if (away !== undefined) list.scrollTop = list.scrollHeight - away;
    waiting = [];
    waitingCount = 0;
  };

  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    setText(pause, paused ? 'Go on' : 'Pause');
    show();
  });

  return {
    take: (lines, dropped) => {
      // After a reconnect the server tells again what it has, and what is here already must not stand here twice.
      const known = newest;
      const again =
        known === undefined ? -1 : lines.findIndex(({ id, at }) => id === known.id && at === known.at);
      const fresh = lines.slice(again + 1);
      waitingCount += fresh.length;
      waiting = [...waiting, ...(dropped > 0 ? [dropped] : []), ...fresh].slice(-most);
      newest = fresh.at(-1) ?? newest;
    },
    show,
    clear: () => {
      waiting = [];
      waitingCount = 0;
      newest = undefined;
      list.replaceChildren();
    },
  };
}

function row(line: InspectorLine | number): HTMLElement {
  const node = element('li');
  if (typeof line === 'number') {
    node.append(
      element('span', 'note', `${line} ${line === 1 ? 'event was' : 'events were'} too many to be kept`),
    );
    return node;
  }
  const time = element('time', '', clockText(line.at));
  time.title = utcText(line.at);
  node.append(
    time,
    ' ',
    element('span', `type ${typeTone(line.type)}`, line.type),
    ' ',
    element('span', '', line.text),
  );
  return node;
}

function typeTone(type: string): string {
  return /^(fault|storage\.failed|run\.stuck|event\.refused)$/.test(type) ? 'bad' : 'calm';
}
