import type { InspectorView } from '../../inspector-view.ts';

/** A part of the page. */
export interface Panel {
  /**
   * Shows the present: called at most once a frame, also when only time has passed.
   *
   * @param now the worker's time, in Unix seconds
   */
  show(view: InspectorView, now: number): void;
}
