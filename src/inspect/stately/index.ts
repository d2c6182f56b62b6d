export { type StatelyInspectorOptions, statelyInspector } from './stately-inspector.ts';
export type { StatelyEvent } from './stately-wire.ts';
