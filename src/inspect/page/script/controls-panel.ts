import { ask } from './ask.ts';
import { byId, setText } from './element.ts';
import type { Panel } from './panel.ts';

/** The buttons that request a sync, or how to be allowed them. */
export function createControlsPanel(): Panel {
  const controls = byId('controls', HTMLElement);
  const lookOnly = byId('look-only', HTMLElement);
  const answer = byId('answer', HTMLElement);
  let worker = '';
  for (const force of [false, true]) {
    byId(force ? 'force' : 'sync', HTMLButtonElement).addEventListener('click', async () => {
      setText(answer, 'Asking…');
      setText(answer, (await ask({ kind: 'sync', worker, force })) || 'Asked for.');
    });
  }
  return {
    show: (view) => {
      if (view.worker !== worker) setText(answer, '');
      worker = view.worker;
      controls.hidden = !view.mayControl;
      lookOnly.hidden = view.mayControl;
    },
  };
}
