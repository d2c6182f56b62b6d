export { watchActor } from './actor-watch.ts';
export type { ClassicPartOptions } from './classic/classic-part.ts';
export { inspectWorker } from './inspect-worker.ts';
export type { FaultSource, Inspection, InspectOptions } from './inspection.ts';
export type { FaultSwitch } from './inspector-view.ts';
export type { StatelyEvent } from './stately/stately-event.ts';
export type { StatelyPartOptions } from './stately/stately-part.ts';
