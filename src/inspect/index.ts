export { watchActor } from './actor-watch.ts';
export { inspectWorker, replayRecording } from './inspect-worker.ts';
export type { FaultSource, Inspection, InspectOptions, InspectorPage } from './inspection.ts';
export type { InspectorPart } from './inspector-part.ts';
export type { FaultSwitch } from './inspector-view.ts';
export { anonymize } from './recording/anonymize.ts';
export { applyChanges, type Change } from './recording/json-patch.ts';
export { createRecorder, type Recorder, type RecorderLimits } from './recording/recorder.ts';
export {
  type ChartDefinition,
  chartDefinition,
  type RecordedEvent,
  type RecordedLine,
  type RecordedNotification,
  type Recording,
  type RecordingStart,
  readRecording,
  writeRecording,
} from './recording/recording.ts';
