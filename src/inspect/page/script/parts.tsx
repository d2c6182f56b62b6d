import type { ComponentChildren, VNode } from 'preact';
import { toneOf } from './tones.ts';

/** The mark of a condition, in the colour of the surrounding text. */
export function Mark({ of }: { readonly of: string }): VNode {
  return (
    <svg class="mark" aria-hidden="true">
      <use href={`#mark-${of}`} />
    </svg>
  );
}

interface RowProps {
  /** A condition, or a tone. */
  readonly of: string;
  readonly tone?: string;
  readonly title: ComponentChildren;
  /** In a word or two, at the end of the row. */
  readonly word?: string;
  /** The rest, below. */
  readonly facts?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** A list entry for a worker, a peer or an attempt: a tone at its side, a title, a word, and the facts below. */
export function Row({ of, tone = toneOf(of), title, word = '', facts, children }: RowProps): VNode {
  return (
    <li class={`row ${tone}`}>
      <span class="url">{title}</span>
      {word !== '' && <span class="word">{word}</span>}
      {facts !== undefined && facts !== '' && <p class="facts">{facts}</p>}
      {children}
    </li>
  );
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of the page with its own heading. */
export function Section({ id, title, note, tools, children }: SectionProps): VNode {
  return (
    <section id={`${id}-panel`} class="panel" aria-labelledby={`${id}-title`}>
      <div class="head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note !== undefined && (
          <p id={`${id}-note`} class="note">
            {note}
          </p>
        )}
        {tools}
      </div>
      {children}
    </section>
  );
}
