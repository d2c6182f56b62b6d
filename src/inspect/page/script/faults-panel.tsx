import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { FaultSwitch, InspectorView } from '../../inspector-view.ts';
import { ask } from './ask.ts';
import { Section } from './parts.tsx';

/** The demo's peers, and the fault that each simulates. */
export function FaultsPanel({ view: { worker, faults } }: { readonly view: InspectorView }): VNode {
  return (
    <Section id="faults" title="Simulated faults of the peers">
      <div id="faults">
        {faults.map((one) => (
          <FaultRow key={one.peer} worker={worker} {...one} />
        ))}
      </div>
    </Section>
  );
}

function FaultRow({ worker, peer, fault, faults }: FaultSwitch & { readonly worker: string }): VNode {
  const [answer, setAnswer] = useState('');
  // An older view that arrives after the choice must not undo it.
  const [awaited, setAwaited] = useState<string>();
  if (awaited === fault) setAwaited(undefined);
  const change = async (wanted: string): Promise<void> => {
    setAwaited(wanted);
    const refusal = await ask({ kind: 'fault', worker, peer, fault: wanted });
    setAnswer(refusal);
    if (refusal !== '') setAwaited(undefined);
  };
  return (
    <label>
      <span class="url">{peer}</span>
      <select value={awaited ?? fault} onChange={({ currentTarget }) => change(currentTarget.value)}>
        {faults.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <span class="note" role="status">
        {answer}
      </span>
    </label>
  );
}
