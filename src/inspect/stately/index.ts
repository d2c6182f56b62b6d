export type { StatelyEvent } from './stately-event.ts';
export { type StatelyInspectorOptions, statelyInspector } from './stately-inspector.ts';
