import type { FaultSwitch } from '../../inspector-view.ts';
import { ask } from './ask.ts';
import { byId, element, setText } from './element.ts';
import { createRows } from './keyed-rows.ts';
import type { Panel } from './panel.ts';

interface FaultRow {
  readonly node: HTMLElement;
  readonly choice: HTMLSelectElement;
  readonly answer: HTMLElement;
  /** What was asked for, and not yet seen in a view. */
  awaited: string | undefined;
}

/** The demo's peers, and what each of them is to do wrong. */
export function createFaultsPanel(): Panel {
  const panel = byId('faults-panel', HTMLElement);
  let worker = '';
  const create = ({ peer }: FaultSwitch): FaultRow => {
    const node = element('label');
    const choice = element('select');
    const answer = element('span', 'note');
    answer.setAttribute('role', 'status');
    node.append(element('span', 'url', peer), choice, answer);
    const row: FaultRow = { node, choice, answer, awaited: undefined };
    choice.addEventListener('change', async () => {
      row.awaited = choice.value;
      const refusal = await ask({ kind: 'fault', worker, peer, fault: choice.value });
      setText(answer, refusal);
      if (refusal !== '') row.awaited = undefined;
    });
    return row;
  };
  const rows = createRows<FaultSwitch, FaultRow>(byId('faults', HTMLElement), {
    key: ({ peer }) => peer,
    create,
    update: (row, { fault, faults }) => {
      const { choice } = row;
      if ([...choice.options].map(({ value }) => value).join('\n') !== faults.join('\n')) {
        choice.replaceChildren(...faults.map((name) => new Option(name, name)));
      }
      if (row.awaited === fault) row.awaited = undefined;
      // A view that was under way when the choice was made does not undo it.
      if (row.awaited === undefined && choice.value !== fault) choice.value = fault;
    },
  });
  return {
    show: (view) => {
      worker = view.worker;
      panel.hidden = !view.mayControl || view.faults.length === 0;
      rows(view.mayControl ? view.faults : []);
    },
  };
}
